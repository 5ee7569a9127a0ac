import json
from dataclasses import asdict

import pytest

import nst_tf
from benchmarks.pictures import make
from benchmarks.pictures.__main__ import main
from nst_tf.images import fit, resize_image

SIZE = 64


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """`contents` with a photograph and `styles` with two paintings, somewhat larger than the pictures."""
    folder = tmp_path_factory.mktemp("pictures")
    for path, name in (
        ("contents/castle", "neuschwanstein"),
        ("styles/wave", "great_wave"),
        ("styles/auvers", "auvers"),
    ):
        pixels = nst_tf.read_image(nst_tf.sample(name)).pixels
        (folder / path).parent.mkdir(exist_ok=True)
        nst_tf.write_image(folder / f"{path}.png", nst_tf.Picture(resize_image(pixels, fit(pixels.shape, 90))))
    return folder


@pytest.fixture(scope="module")
def compare(folder):
    """Runs the benchmark on these, with some options."""

    def run(*options):
        folders = [str(folder / name) for name in ("contents", "styles")]
        main([*folders, "--out", str(folder / "out"), "--size", str(SIZE), *options])

    return run


@pytest.fixture(scope="module")
def _made(compare):
    compare("--method", "fast", "--method", "default first_size=64 init=content", "--set", "steps=1")


def records(folder):
    return list(map(json.loads, (folder / "out" / "numbers.jsonl").read_text().splitlines()))


@pytest.mark.usefixtures("_made")
def test_every_pair_is_made_and_measured_with_each_method(folder):
    found = {(one["content"], one["style"], one["method"]): one for one in records(folder)}
    pairs = [("castle.png", "auvers.png"), ("castle.png", "wave.png")]
    same = [("identity", "auvers.png"), ("identity", "wave.png")]
    methods, controls = ["fast", "default first_size=64 init=content steps=1"], ["photograph", "painting", "recoloured"]
    expected = {(*pair, method) for pair in pairs + same for method in methods}
    assert set(found) == expected | {(*pair, control) for pair in pairs for control in controls}
    pictures = folder / "out" / "pictures" / str(SIZE)
    images = folder / "contents" / "castle.png", folder / "styles" / "wave.png"
    content, style = map(nst_tf.read_image, images)
    for method in methods:
        facts = found["castle.png", "wave.png", method]
        picture = nst_tf.read_image(pictures / "castle.png" / "wave.png" / f"{method}.png")
        assert max(picture.pixels.shape) == SIZE
        wanted = asdict(nst_tf.evaluate(content, style, picture))
        assert facts["evaluation"].pop("layers") == pytest.approx(wanted.pop("layers"), rel=1e-4)
        assert facts["evaluation"] == pytest.approx(wanted, rel=1e-4)
        assert facts["seconds"] > 0
        assert facts["peak_memory_mb"] > 100
    identity = nst_tf.read_image(pictures / "identity" / "wave.png" / "fast.png")
    found = found["identity", "wave.png", "fast"]["evaluation"]["content_distance"]
    assert found == pytest.approx(nst_tf.evaluate(style, style, identity).content_distance, abs=1e-5)


@pytest.mark.usefixtures("_made")
def test_what_is_there_is_not_made_again(folder, compare, capsys, monkeypatch):
    before = records(folder)

    def refuse(*_):
        raise AssertionError("a picture was made again")

    monkeypatch.setattr(make, "_make", refuse)
    compare("--method", "fast", "--method", "default first_size=64 init=content", "--set", "steps=1", "--json")
    summary = json.loads(capsys.readouterr().out)
    assert records(folder) == before
    assert summary["pairs"] == 2
    assert summary["methods"]["fast"]["style_share"] < summary["methods"]["photograph"]["style_share"] == 1
    assert (folder / "out" / "index.html").read_text().count("<section") == 4


@pytest.mark.usefixtures("_made")
def test_a_picture_that_was_removed_is_made_and_measured_again_and_no_other(folder, compare, capsys):
    picture = folder / "out" / "pictures" / str(SIZE) / "castle.png" / "wave.png" / "fast.png"
    pixels = nst_tf.read_image(picture).pixels
    picture.unlink()
    compare("--method", "fast", "--blind")
    out, err = capsys.readouterr()
    assert picture.exists()
    assert abs(nst_tf.read_image(picture).pixels - pixels).max() < 0.02
    made, measured, wrote = err.splitlines()
    assert made.startswith("fast: castle.png x wave.png, ")
    assert measured == "measured: castle.png x wave.png"
    assert wrote.endswith("index.html")
    assert out.splitlines()[1].startswith("method")


def test_what_cannot_be_made_is_told_in_one_line(compare, capsys):
    with pytest.raises(SystemExit):
        compare("--method", "fast", "--size", "8")
    *_, error = capsys.readouterr().err.splitlines()
    assert "error: the picture would be" in error
