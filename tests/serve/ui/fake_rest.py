"""A server that answers as TensorFlow Serving's REST does, with pictures that take no time: for the page alone."""

import base64
import contextlib
import io
import json
import re
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
from PIL import Image, ImageOps

from nst_tf.samples import sample
from nst_tf.serve.ui import page_text

LAYERS = ("relu1", "relu2", "relu3", "relu4", "relu5")


def _image(instance, name):
    return Image.open(io.BytesIO(base64.b64decode(instance[name]["b64"]))).convert("RGB")


def _encoded(image):
    file = io.BytesIO()
    image.save(file, "PNG")
    return {"b64": base64.b64encode(file.getvalue()).decode()}


def paint(instance):
    """The content at the wanted size or small, in two colours of the style."""
    content, style = _image(instance, "content_bytes"), _image(instance, "style_bytes")
    content.thumbnail((min(instance["size"], 192) if instance["preview"] else instance["size"],) * 2)
    colors = np.asarray(style.resize((4, 4))).reshape(16, 3)
    dark, light = (tuple(colors[at(colors.sum(1))].tolist()) for at in (np.argmin, np.argmax))
    painted = ImageOps.colorize(content.convert("L"), dark, light)
    return {"picture_bytes": _encoded(painted), "status": 0, "message": ""}


def project(instance):
    """The image around one place, faint."""
    if instance["layer"] not in LAYERS:
        message = f"layer is {instance['layer']}; it must be one of {', '.join(LAYERS)}"
        return {"projection_bytes": {"b64": ""}, "status": 3, "message": message, "filter": -1, "activation": 0.0}
    image = ImageOps.autocontrast(_image(instance, "image_bytes").convert("L")).convert("RGB")
    seen = Image.new("RGB", image.size, "grey")
    left = image.width // 8 * -instance["filter"]
    box = (left, 40, min(left + 70, image.width), 120)
    seen.paste(image.crop(box), box)
    return {"projection_bytes": _encoded(seen), "status": 0, "message": "", "filter": 37, "activation": 12.5}


MODELS = {"fast-stylize": paint, "stylize": lambda one: paint(one) | {"evaluations": 90}, "deconv": project}


class FakeRest(ThreadingHTTPServer):
    """Serves the page, the samples and some models, on a free port of this machine.

    Attributes:
        models: name -> function of an instance.
        seconds: What each answer takes.
        failure: HTTP status and words of every prediction, or `None`.
        token: What a caller must show, or "".
        asked: The predictions asked for: (model, body).
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.models, self.seconds, self.failure, self.token, self.asked = dict(MODELS), 0.0, None, "", []

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/":
            return self._answer(200, page_text().encode(), "text/html; charset=utf-8")
        if found := re.fullmatch(r"/samples/(\w+)\.jpg", self.path):
            return self._answer(200, sample(found[1]).read_bytes(), "image/jpeg")
        found = re.fullmatch(r"/v1/models/([\w-]+)", self.path)
        if not self._allowed():
            return self._error(401, "a token is missing")
        if not found or found[1] not in self.server.models:
            return self._error(404, "Could not find any versions of that model")
        return self._json(200, {"model_version_status": [{"version": "1", "state": "AVAILABLE"}]})

    do_HEAD = do_GET

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        model = re.fullmatch(r"/v1/models/([\w-]+):predict", self.path)[1]
        self.server.asked.append((model, body))
        time.sleep(self.server.seconds)
        if not self._allowed():
            return self._error(401, "a token is missing")
        if self.server.failure:
            return self._error(*self.server.failure)
        return self._json(200, {"predictions": [self.server.models[model](one) for one in body["instances"]]})

    def _allowed(self):
        return not self.server.token or self.headers["Authorization"] == f"Bearer {self.server.token}"

    def _error(self, status, words):
        self._json(status, {"error": words})

    def _json(self, status, data):
        self._answer(status, json.dumps(data).encode(), "application/json")

    def _answer(self, status, data, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        with contextlib.suppress(ConnectionError):  # the page has cancelled
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)
