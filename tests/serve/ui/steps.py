"""What tests do with the page in a browser, and what was asked of its server."""

import base64
import io

from PIL import Image

from nst_tf.samples import sample

__all__ = ["DONE", "PHOTO", "STYLE", "choose", "click", "sent", "text"]

PHOTO, STYLE = sample("neuschwanstein"), sample("great_wave")
DONE = "!document.getElementById('download').hidden"


def text(page, name):
    return page.run(f"document.getElementById('{name}').textContent")


def choose(page, photo=PHOTO, style=STYLE):
    page.upload("#photo-file", photo)
    page.upload("#style-file", style)
    page.wait("pictures.photo && pictures.style")


def click(page, name):
    page.run(f"document.getElementById('{name}').click()")


def sent(server):
    """The last model asked, the inputs, and the images among them."""
    model, body = server.asked[-1]
    [instance] = body["instances"]
    images = {name: Image.open(io.BytesIO(base64.b64decode(value["b64"]))) for name, value in instance.items()
              if name.endswith("_bytes")}  # fmt: skip
    return model, {name: value for name, value in instance.items() if name not in images}, images
