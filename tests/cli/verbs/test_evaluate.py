import json

import numpy as np
import pytest

import nst_tf
from nst_tf.images import resize


@pytest.fixture
def folder(tmp_path):
    """content.png, style.png and blend.png, the mean of both."""
    read = (nst_tf.read_image(nst_tf.sample(name)).pixels for name in ("neuschwanstein", "auvers"))
    content, style = (np.clip(resize(pixels, (48, 64)), 0, 1) for pixels in read)
    pictures = {"content": content, "style": style, "blend": (content + style) / 2}
    for name, pixels in pictures.items():
        nst_tf.write_image(tmp_path / f"{name}.png", nst_tf.Picture(pixels))
    return tmp_path


def files(folder, *names):
    return [folder / f"{name}.png" for name in names]


def test_prints_a_row_for_each_result(command, folder):
    status, out, err = command("evaluate", *files(folder, "content", "style", "blend", "content"))
    assert (status, err) == (0, "")
    head, blend, content = (line.split() for line in out.splitlines()[:3])
    assert head == ["result", "style", "content", "relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]
    assert blend[0] == str(folder / "blend.png")
    assert float(blend[1]) == pytest.approx(np.mean([float(cell) for cell in blend[3:]]), abs=1e-4)
    assert content[2] == "0.0000"


def test_json_has_a_line_for_each_result(command, folder):
    status, out, _ = command("evaluate", *files(folder, "content", "style", "blend", "style"), "--json")
    blend, style = map(json.loads, out.splitlines())
    assert status == 0
    assert blend["result"] == str(folder / "blend.png")
    assert set(blend["layers"]) == {f"relu{block}_1" for block in range(1, 6)}
    assert style["style_distance"] == pytest.approx(0, abs=1e-9)
    assert blend["style_distance"] > 0
    assert blend["content_distance"] < style["content_distance"]


def test_a_missing_result_is_told_in_one_line(command, folder):
    status, out, err = command("evaluate", *files(folder, "content", "style", "blend", "nothing"))
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "nothing.png" in err
