"""The page in a browser, with the embedded server, exported models and their real weights."""

import json
import re
import shutil

import numpy as np
import pytest

from nst_tf.export.catalogue import make_servable
from nst_tf.export.export import export
from nst_tf.images import read_image, resize
from nst_tf.samples import sample
from nst_tf.serve.ui import page_text

from ...graphs import as_it_is
from ..running import running

LAYERS = ["relu1", "relu2"]
MODELS, CONTROLS = (json.loads(re.search(rf'id="{name}">(.+?)</script>', page_text(), re.DOTALL)[1])
                    for name in ("models", "known-controls"))  # fmt: skip


@pytest.fixture(scope="module")
def servables():
    return {"fast-stylize": make_servable("fast-stylize"), "deconv": make_servable("deconv", layers=LAYERS)}


@pytest.fixture(scope="module")
def page(servables, browser, tmp_path_factory):
    """The page, opened, with a photo and a painting in it."""
    models = tmp_path_factory.mktemp("models")
    for servable in servables.values():
        shutil.rmtree(export(servable, models) / "assets.extra")  # to warm up takes longer than what is asked here
    with as_it_is(), running(models, ui=True, rest_timeout=120.0) as server:
        browser.patience = 120
        browser.open(f"http://127.0.0.1:{server.rest_port}/")
        browser.upload("#photo-file", sample("neuschwanstein"))
        browser.upload("#style-file", sample("great_wave"))
        browser.wait("pictures.photo && pictures.style && chosen() && !document.getElementById('seen').hidden")
        yield browser


@pytest.mark.parametrize("name", MODELS)
def test_page_gives_every_control_its_default(name, servables):
    servable = servables.get(name) or make_servable(name)
    inputs = {one.name: one for one in servable.signatures["controls"].inputs}
    model = MODELS[name]
    told = {one["name"]: one["default"] for one in CONTROLS[name]}
    assert {"content_bytes", "style_bytes", *told} == inputs.keys()
    for control, value in told.items():
        assert value == (list(inputs[control].default) if isinstance(value, list) else inputs[control].default)
    assert all(inputs["size"].least <= size <= inputs["size"].most for size in model["sizes"])
    assert (inputs["strength"].least, inputs["strength"].most) == (0, 1)  # the ends of the page's slider


def test_photo_is_painted(page):
    page.run("size.append(new Option('128', 128)); size.value = 128; document.getElementById('paint').click()")
    page.wait("!document.getElementById('download').hidden || error.textContent")
    assert page.run("error.textContent") == ""
    assert re.fullmatch(r"128x85 pixels in [\d.]+ s", page.run("done.textContent"))
    painted, photo = _pixels(page, "after"), resize(read_image(sample("neuschwanstein")).pixels, (85, 128))
    style = read_image(sample("great_wave")).pixels
    # The forms of the photo in the colours of the style.
    assert np.corrcoef(painted.mean(-1).ravel(), photo.mean(-1).ravel())[0, 1] > 0.3
    away = [np.abs(painted.mean((0, 1)) - other.mean((0, 1))).mean() for other in (style, photo)]
    assert away[0] < 0.06 < away[1]


def test_refusal_of_the_server_is_told(page):
    page.run("size.append(new Option('9', 9)); size.value = 9; document.getElementById('paint').click()")
    page.wait("error.textContent")
    assert page.run("error.textContent").startswith("Size is 9; it must be from 32 to ")


def test_layers_are_those_of_the_model_and_its_filters_are_shown(page):
    assert page.run("[...layer.options].map((one) => one.value)") == LAYERS
    page.run("document.getElementById('look').click()")
    page.wait("projections.children.length || document.getElementById('seen-error').textContent")
    words = page.run("[...projections.children].map((one) => one.innerText)")
    found = [re.fullmatch(r"Filter (\d+)\s+activation ([\d.]+)", one).groups() for one in words]
    assert len({filter_ for filter_, _ in found}) == 6
    activations = [float(activation) for _, activation in found]
    assert activations == sorted(activations, reverse=True)
    assert page.run("projections.querySelectorAll('canvas').length") == 12


def _pixels(page, name):
    """The pixels of an image element, (height, width, 3) in [0, 1]."""
    width, height, values = page.run(f"""((image) => {{
      const canvas = make("canvas", {{width: image.naturalWidth, height: image.naturalHeight}});
      canvas.getContext("2d").drawImage(image, 0, 0);
      const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      return [canvas.width, canvas.height, [...data]];
    }})(document.getElementById("{name}"))""")
    return np.reshape(values, (height, width, 4))[..., :3] / 255
