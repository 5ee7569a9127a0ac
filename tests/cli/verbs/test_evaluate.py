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


@pytest.fixture
def few_layers(monkeypatch):
    """The style on VGG16's first layers only: the matrices of the others take long."""
    monkeypatch.setattr("nst_tf.measures.style_distance.LAYERS", ("relu1_1", "relu2_1"))


def files(folder, *names):
    return [folder / f"{name}.png" for name in names]


def test_prints_a_row_for_each_result(command, folder):
    status, out, err = command("evaluate", *files(folder, "content", "style", "blend", "content"))
    assert (status, err) == (0, "nst-tf: 2 of 2 pictures measured\n")
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


def test_a_second_table_has_what_the_eye_sees(command, folder):
    _, out, _ = command("evaluate", *files(folder, "content", "style", "blend", "style", "blend"))
    head, blend, style, again, *_ = (line.split() for line in out.split("\n\n")[1].splitlines())
    assert head == ["result", "patches", "omitted", "edges"]
    assert style[1:3] == ["0.0000", "0.0000"]
    assert 0 < float(blend[1]) < 1
    assert blend == again


@pytest.mark.usefixtures("few_layers")
def test_controls_are_measured_besides_and_shares_are_told(command, folder):
    small = nst_tf.Picture(resize(nst_tf.read_image(folder / "blend.png").pixels, (36, 48)).clip(0, 1))
    nst_tf.write_image(folder / "small.png", small)
    asked = files(folder, "content", "style", "blend", "small")
    status, out, _ = command("evaluate", *asked, "--controls")
    head, *rows = (line.rsplit(maxsplit=5) for line in out.split("\n\n")[1].splitlines())
    assert (status, head) == (0, ["result", "patches", "omitted", "edges", "style/photo", "patches/photo"])
    names = ["photograph", "painting", "recoloured"]
    sized = [f"{name} {size}" for size in ("64x48", "48x36") for name in names]
    assert [name for name, *_ in rows] == [str(folder / "blend.png"), str(folder / "small.png"), *sized]
    by_name = {name: cells for name, *cells in rows}
    assert by_name["photograph 64x48"][2:] == ["1.0000", "1.0000", "1.0000"]
    assert by_name["painting 64x48"][:2] == ["0.0000", "0.0000"]
    _, out, _ = command("evaluate", *asked, "--controls", "--json")
    blend, small, *controls = map(json.loads, out.splitlines())
    assert [(one["control"], one["width"], one["height"]) for one in controls[2:4]] == [
        ("recoloured", 64, 48),
        ("photograph", 48, 36),
    ]
    assert blend["style_share"] == blend["style_distance"] / controls[0]["style_distance"]
    assert small["patch_share"] == small["patch_distance"] / controls[3]["patch_distance"]


@pytest.mark.usefixtures("few_layers")
def test_where_the_photograph_has_the_style_already_there_are_no_shares(command, folder):
    asked = files(folder, "content", "content", "blend")
    _, out, _ = command("evaluate", *asked, "--controls")
    assert [line.split()[-2:] for line in out.split("\n\n")[1].splitlines()[1:]] == 4 * [["-", "-"]]
    _, out, _ = command("evaluate", *asked, "--controls", "--json")
    assert [json.loads(line)["style_share"] for line in out.splitlines()] == 4 * [None]


@pytest.mark.usefixtures("few_layers")
def test_a_missing_result_is_told_in_one_line_and_the_others_are_measured(command, folder):
    status, out, err = command("evaluate", *files(folder, "content", "style", "blend", "nothing"), "--json")
    assert (status, [json.loads(line)["result"] for line in out.splitlines()]) == (2, [str(folder / "blend.png")])
    told, summary = err.splitlines()
    assert "nothing.png" in told
    assert summary == "nst-tf: 1 of 2 pictures measured"
    status, out, err = command("evaluate", *files(folder, "content", "style", "nothing"))
    assert (status, out, err.count("\n")) == (2, "", 1)


def test_results_that_are_not_there_are_told_before_tensorflow_is_imported(command, folder, monkeypatch):
    monkeypatch.setattr("nst_tf.cli.shell.tensorflow_import.import_tensorflow", lambda _: pytest.fail("imported"))
    status, out, err = command("evaluate", *files(folder, "content", "style", "nothing", "either", "neither"))
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert f"{folder / 'nothing.png'}: there is no such file, nor any of the other 2 results" in err


@pytest.mark.usefixtures("few_layers")
def test_parts_of_a_folder_are_those_of_the_whole(command, folder):
    asked = *files(folder, "content", "style"), folder, "--json"
    parts = [command("evaluate", *asked, "--shard", f"{number}/2").out for number in (1, 2)]
    found = [[json.loads(line)["result"] for line in part.splitlines()] for part in parts]
    assert found == [[str(folder / "blend.png")], [str(folder / name) for name in ("content.png", "style.png")]]
    assert "".join(parts) == command("evaluate", *asked).out


@pytest.fixture
def mean(monkeypatch):
    """An evaluator that measures the mean of the pixels only."""

    class Mean:
        def __init__(self, content, style):
            self.between = content.pixels.mean() + style.pixels.mean()

        def __call__(self, picture):
            distance = float(picture.pixels.mean() - self.between)
            return nst_tf.Evaluation(distance, distance, {}, distance, distance, distance)

    monkeypatch.setattr("nst_tf.measures.evaluate.Evaluator", Mean)


def test_workers_of_a_cluster_measure_the_same_and_rows_keep_their_order(command, folder, workers_here, mean):
    asked = [*files(folder, "content", "style", "blend", "style", "content", "blend"), "--json"]
    one = command("evaluate", *asked)
    status, out, _ = command("evaluate", *asked, "--on", "ray", "--workers", 2)
    assert (status, out) == (0, one.out)
    assert len(set(out.splitlines())) == 3
