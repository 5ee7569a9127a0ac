"""What the README says of exported models, as it stands there: on a JPEG, on a WebP and on a broken file."""

import subprocess
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import nst_tf
from nst_tf.errors import NstError
from nst_tf.export.export import export
from nst_tf.export.models import fast_stylize
from nst_tf.export.signature.examples import example_bytes

from ..pages import README, block
from ..serve.running import running

MODEL = "fast-stylize"
REFUSED = ("photo.webp", "broken.jpg")


class Mixture(keras.Model):
    """Paints with the mean colour of the style: what takes no time."""

    def call(self, values):
        colour = tf.reduce_mean(values["style"], (1, 2), keepdims=True)
        return values["content"] + tf.reshape(values["strength"], [-1, 1, 1, 1]) * (colour - values["content"])

    def stylise(self, content, areas, strength, swapping, style_scale):
        return self({"content": content, "style": areas[0].styles[0], "strength": strength})


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the model and the pictures."""
    place = tmp_path_factory.mktemp("place")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fast_stylize, "load_stylizer", Mixture)
        export(fast_stylize.fast_stylize(), place / "saved_models")
    (place / "photo.jpg").write_bytes(example_bytes("neuschwanstein", 64))
    (place / "painting.jpg").write_bytes(example_bytes("great_wave", 64))
    Image.open(place / "photo.jpg").save(place / "photo.webp")
    (place / "broken.jpg").write_bytes(b"no image")
    return place


@pytest.fixture(scope="module")
def served(place):
    with running(place / "saved_models") as server:
        yield server


def test_the_lines_for_tensorflow_tf_hub_and_keras(place, monkeypatch):
    monkeypatch.chdir(place)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what the package imports
        import tensorflow_hub as hub
    names = {"nst_tf": nst_tf, "tf": tf, "keras": keras, "hub": hub}
    painted = []
    for line in block(README, "TFSMLayer").splitlines():
        exec(line, names)
        if line.startswith("painted"):
            painted.append(names["painted"])
    colour = names["style"].mean((1, 2), keepdims=True)
    for one, strength in zip(painted, (1.0, 0.7, 0.7), strict=True):
        np.testing.assert_allclose(one, names["content"] + strength * (colour - names["content"]), atol=1e-4)


def asked(served, place, name):
    """The answer to the README's lines for the client, about a file."""
    names = {"content": (place / name).read_bytes(), "style": (place / "painting.jpg").read_bytes()}
    exec(block(README, "Client(").replace("8500", str(served.port)), names)
    return names["found"]


def test_the_lines_for_grpc(served, place):
    assert asked(served, place, "photo.jpg")["picture_bytes"][0][:4] == b"\x89PNG"


@pytest.mark.parametrize("name", REFUSED)
def test_the_lines_for_grpc_tell_what_is_no_image_for_the_model(served, place, name):
    try:
        told = asked(served, place, name)["message"][0].decode()
    except NstError as error:
        told = str(error)
    assert "content_bytes: it is neither JPEG nor PNG" in told


def curled(served, place, name):
    """How the README's lines for curl end, about a file."""
    lines = block(README, "curl -s").replace("8501", str(served.rest_port)).replace("photo.jpg", name)
    return subprocess.run(["bash", "-c", lines], cwd=place, capture_output=True, text=True, check=False)


def test_the_lines_for_curl(served, place):
    ended = curled(served, place, "photo.jpg")
    assert (ended.returncode, ended.stderr) == (0, "")
    with Image.open(place / "out.png") as image:
        assert image.format == "PNG"


@pytest.mark.parametrize("name", REFUSED)
def test_the_lines_for_curl_fail_and_tell_what_is_no_image_for_the_model(served, place, name):
    ended = curled(served, place, name)
    assert ended.returncode == 1
    assert "content_bytes: it is neither JPEG nor PNG" in ended.stderr
    assert "Traceback" not in ended.stderr
