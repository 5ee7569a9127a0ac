import contextlib
import io
import json
import re
import shutil
import signal

import keras
import numpy as np
import pytest

from nst_tf.cli.main import run

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A tiny network in a .keras file."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    image = keras.Input((None, None, 3))
    x = layers.ReLU(name="relu1")(layers.Conv2D(4, 3, strides=2, name="conv1")(image))
    x = layers.ReLU(name="relu2")(layers.Conv2D(3, 3, padding="same", name="conv2")(x))
    path = tmp_path_factory.mktemp("model") / "tiny.keras"
    keras.Model(image, x, name="tiny").save(path)
    return path


def _arguments(model, images, out):
    """Of a search at 32 pixels."""
    network = ["--model", model, "--preprocessing", "unit", "--size", 32, "--batch", 5]
    return ["top-activations", *network, "--images", images, "-o", out]


@pytest.fixture
def top(command, model, photos, tmp_path):
    """Runs `nst-tf top-activations` into the folder `out` unless told otherwise."""

    def call(*options, images=photos, out="out"):
        return command(*_arguments(model, images, tmp_path / out), *options)

    return call


@pytest.fixture(scope="module")
def finished(model, photos, tmp_path_factory):
    """The folder of a finished search, and what was printed."""
    folder, printed = tmp_path_factory.mktemp("finished") / "out", io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert run(list(map(str, [*_arguments(model, photos, folder), "--quiet"]))) == 0
    return folder, printed.getvalue()


def _arrays(folder):
    """The data of all layers."""
    arrays = {}
    for path in sorted((folder / "data").glob("*.npz")):
        with np.load(path) as data:
            arrays |= {f"{path.stem}/{name}": data[name] for name in data.files}
    return arrays


def test_writes_data_sheets_views_and_a_page(finished):
    folder, printed = finished
    assert printed == f"wrote {folder / 'index.html'} (12 images)\n"
    summary = json.loads((folder / "top_activations.json").read_text())
    assert [layer["layer"] for layer in summary["layers"]] == ["relu1", "relu2"]
    assert sorted(path.name for path in (folder / "sheets").iterdir()) == ["relu1-0-3.jpg", "relu2-0-2.jpg"]
    for layer in summary["layers"]:
        for row in layer["filters"]:
            assert all((folder / "views" / f"{one['image']}.jpg").exists() for one in row["top"])
    assert (folder / "tiles" / "relu2" / "2.webp").exists()


def test_parts_made_apart_and_merged_equal_the_single_run(top, finished, tmp_path):
    for number in (1, 2, 3):
        status, out, _ = top("--shard", f"{number}/3")
        assert (status, out) == (0, f"looked at part {number} of 3 (4 images)\n")
    assert top("--merge").status == 0
    single, merged = _arrays(finished[0]), _arrays(tmp_path / "out")
    assert single.keys() == merged.keys()
    for name, values in single.items():
        np.testing.assert_array_equal(values, merged[name], err_msg=name)


def test_says_first_how_long_it_will_take_and_how_large_it_will_be(top, finished):
    for options, told in (
        ((), r"12 images to look at and 7 filters to project: about (\d+ min )?\d+ s and 1 MB"),
        (("--shard", "1/3"), r"4 images to look at: about \d+ s"),
    ):
        assert re.fullmatch(f"nst-tf: {told}", top(*options, out="part" if options else "whole").err.splitlines()[0])
    assert "nst-tf: everything is computed already\n" in top(out=finished[0]).err


def test_merging_before_all_parts_are_there_tells_which_are_missing(top):
    top("--shard", "2/3")
    status, out, err = top("--merge")
    assert (status, out) == (2, "")
    assert "--shard 1/3, 3/3" in err


def test_what_is_done_is_not_done_again(top, finished):
    folder, _ = finished
    before = {path: path.stat().st_mtime_ns for path in (folder / "data").iterdir()}
    assert top(out=folder).status == 0
    assert {path: path.stat().st_mtime_ns for path in (folder / "data").iterdir()} == before


def test_a_folder_of_another_search_is_refused_and_kept(top, finished):
    folder, _ = finished
    before = _arrays(folder)
    status, _, err = top("--layers", "relu1", out=folder)
    assert status == 2
    assert "is of another search: its layers is ['relu1', 'relu2'], not ['relu1']" in err
    assert _arrays(folder).keys() == before.keys()


def test_unreadable_images_are_skipped_counted_and_named(top, photos, tmp_path):
    shutil.copytree(photos, tmp_path / "images")
    (tmp_path / "images" / "animal" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no image")
    status, out, err = top(images=tmp_path / "images")
    assert status == 0
    assert "(12 images, 1 skipped)" in out
    assert "skipped animal/broken.jpg: cannot read" in err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--layers", "relu1,relu3"], "unknown layer 'relu3'; did you mean"),
        (["--rule", "guide"], "did you mean 'guided'"),
        (["--batch", "0"], "--batch is 0; it must be a number not below 1"),
        (["--shard", "4/3"], "'4/3' is not of the form K/N"),
        (["--layers", "relu1,,relu2"], "has an empty name"),
        (["--merge"], "has no part of a search"),
    ],
)
def test_refuses_in_one_line(top, options, message):
    status, out, err = top(*options)
    assert (status, out) == (2, "")
    assert message in err


def test_a_folder_without_images_is_refused(top, tmp_path):
    (tmp_path / "empty").mkdir()
    status, _, err = top(images=tmp_path / "empty")
    assert status == 2
    assert "has no image" in err


def _stop_at(monkeypatch, name, done):
    """Has a signal come as soon as so much of a stage is done."""

    def show(meter, report):
        if (report.name, report.done) == (name, done):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("nst_tf.cli.shell.terminal.Lines.show", show)


def test_a_signal_says_what_was_found_and_how_to_go_on(top, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        _stop_at(patch, "looking at images", 10)
        status, out, err = top()
    part = tmp_path / "out" / "parts" / "1-of-1.npz"
    assert (status, out) == (130, "")
    told = f"nst-tf: stopped; what was found so far is in {part}, and the same command goes on from there"
    assert err.splitlines()[-1] == told
    seen = []
    monkeypatch.setattr("nst_tf.cli.shell.terminal.Lines.show", lambda meter, report: seen.append(report))
    assert top().status == 0
    assert [report.done for report in seen if report.name == "looking at images"] == [12]


def test_a_signal_while_the_page_is_made_keeps_the_search(top, tmp_path, monkeypatch):
    _stop_at(monkeypatch, "writing images", 2)
    status, _, err = top()
    part = tmp_path / "out" / "parts" / "1-of-1.npz"
    assert (status, part.exists()) == (130, True)
    told = f"nst-tf: stopped; what was found so far is in {part}, and the same command goes on from there"
    assert err.splitlines()[-1] == told


def test_a_signal_before_anything_was_found_says_so(top, monkeypatch):
    monkeypatch.setattr(
        "nst_tf.visualize.top.search.PartSearch._batches", lambda *_: signal.raise_signal(signal.SIGINT)
    )
    status, _, err = top()
    assert (status, err.splitlines()[-1]) == (130, "nst-tf: stopped; nothing was written")


def test_workers_of_a_cluster_find_what_one_process_finds(top, finished, workers_here, tmp_path):
    folder, _ = finished
    status, out, _ = top("--on", "ray", "--workers", 3)
    assert (status, out.split(" (")[0]) == (0, f"wrote {tmp_path / 'out' / 'index.html'}")
    assert len([*(tmp_path / "out" / "parts").iterdir()]) == 3
    expected, arrays = _arrays(folder), _arrays(tmp_path / "out")
    assert arrays.keys() == expected.keys()
    assert all(np.array_equal(arrays[name], expected[name]) for name in expected)
    assert top("--on", "ray", "--workers", 2)[0] == 0  # of the same parts, which are finished
    assert len([*(tmp_path / "out" / "parts").iterdir()]) == 3


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--merge"], "--shard and --merge have no meaning with it"),
        (["--shard", "1/2"], "--shard and --merge have no meaning with it"),
    ],
    ids=["merge", "shard"],
)
def test_a_cluster_makes_all_parts(top, workers_here, options, told):
    status, _, err = top("--on", "ray", "--workers", 2, *options)
    assert (status, told in err) == (2, True)


def test_a_cluster_needs_folders_that_are_mounted(top, workers_here):
    status, _, err = top("--on", "ray", "--workers", 2, images="s3://bucket/photos")
    assert (status, "s3://bucket/photos is not mounted" in err) == (2, True)
