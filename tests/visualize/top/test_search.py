import dataclasses
import shutil

import keras
import numpy as np
import pytest

from nst_tf.backbones.graph import Graph
from nst_tf.errors import InputError
from nst_tf.images import find_images
from nst_tf.layers import SubtractMean
from nst_tf.visualize.top import search as module
from nst_tf.visualize.top.search import Part, PartSearch, join, part_path, read_part, weights_hash

from ..networks import PHOTOS, randomize

layers = keras.layers
LAYERS = ["relu1", "block/relu2"]
SETTINGS = {"model": "tiny", "layers": LAYERS, "size": 24}


class Cut(Exception):
    """The run is cut off."""


@pytest.fixture(scope="module")
def graph():
    inside = [keras.Input((None, None, 4)), layers.Conv2D(3, 3), layers.ReLU(name="relu2")]
    block = keras.Sequential(inside, name="block")
    image = keras.Input((None, None, 3))
    x = layers.ReLU(name="relu1")(layers.Conv2D(4, 5, strides=2)(image))
    return Graph(randomize(keras.Model(image, block(x))))


@pytest.fixture
def run(graph, tmp_path):
    """Looks at a part of the photographs, into `tmp_path / out`; may be cut off after some images."""

    def run(shard=(1, 1), out="out", cut=None, settings=SETTINGS, folder=PHOTOS, batch=2, seen=None):
        (tmp_path / out / "parts").mkdir(parents=True, exist_ok=True)

        def on_progress(done, total):
            if seen is not None:
                seen.append((done, total))
            if cut is not None and done >= cut:
                raise Cut

        search = PartSearch(graph, settings, folder, find_images(folder), shard, batch)
        return search.run(part_path(tmp_path / out, shard), on_progress)

    return run


def check_same(one, other):
    assert dataclasses.replace(one, found={}) == dataclasses.replace(other, found={})
    assert list(one.found) == list(other.found)
    for layer in one.found:
        for field in dataclasses.fields(one.found[layer]):
            values = (getattr(part.found[layer], field.name) for part in (one, other))
            np.testing.assert_array_equal(*values, err_msg=f"{layer} {field.name}")


def test_a_part_is_saved_and_read_back_as_it_is(run, tmp_path):
    part = run()
    assert (part.shard, part.done, part.images, part.skipped) == ((1, 1), 12, 12, {})
    assert list(part.found) == LAYERS
    check_same(read_part(part_path(tmp_path / "out", (1, 1))), part)


def test_progress_is_told_after_each_batch(run):
    seen = []
    run(seen=seen, batch=5)
    assert seen == [(5, 12), (10, 12), (12, 12)]


def test_a_finished_part_is_not_looked_at_again(run):
    first, seen = run(), []
    check_same(run(seen=seen), first)
    assert seen == []


@pytest.mark.parametrize("cuts", [[2], [6], [12], [4, 8], [2, 2, 6]])
def test_a_run_that_is_cut_off_and_taken_up_equals_the_uncut_one(run, monkeypatch, cuts):
    monkeypatch.setattr(module, "SECONDS_BETWEEN_SAVES", -1)
    for cut in cuts:
        with pytest.raises(Cut):
            run(cut=cut)
    seen = []
    check_same(run(seen=seen), run(out="uncut"))
    # What is told before it is saved is lost with the cut, and done again: at most one batch for each.
    assert len(seen) < 6 or cuts == [2]


def test_a_run_cut_off_before_the_first_save_leaves_nothing(run, tmp_path):
    with pytest.raises(Cut):
        run(cut=2)
    assert list((tmp_path / "out" / "parts").iterdir()) == []


def test_unreadable_images_are_named_once_also_when_taken_up(run, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SECONDS_BETWEEN_SAVES", -1)
    shutil.copytree(PHOTOS, tmp_path / "images")
    for name in ("animal/a.jpg", "fish/z.png", "zz.gif"):
        (tmp_path / "images" / name).write_bytes(b"no image")
    with pytest.raises(Cut):
        run(cut=5, folder=tmp_path / "images")
    part = run(folder=tmp_path / "images")
    assert list(part.skipped) == ["animal/a.jpg", "fish/z.png", "zz.gif"]
    assert (part.done, part.images) == (15, 15)
    check_same(part, run(folder=tmp_path / "images", out="uncut"))
    whole = run(out="whole")
    for layer in LAYERS:
        np.testing.assert_array_equal(part.found[layer].activations, whole.found[layer].activations)
        assert part.found[layer].total == whole.found[layer].total


@pytest.mark.parametrize("count", [1, 2, 3, 5, 12, 14])
def test_parts_joined_equal_the_single_run_even_where_there_are_more_parts_than_images(run, tmp_path, count):
    for number in np.random.default_rng(count).permutation(count) + 1:
        run((int(number), count), out="parts")
    check_same(join(tmp_path / "parts", SETTINGS), run())


def test_a_part_of_another_search_is_refused_and_kept(run, tmp_path):
    run()
    path = part_path(tmp_path / "out", (1, 1))
    before = path.read_bytes()
    for other, said in (({"model": "other"}, "model is 'tiny', not 'other'"), ({"size": 32}, "size is 24, not 32")):
        with pytest.raises(InputError, match=f"{path} is of another search: its {said}; choose another folder"):
            run(settings={**SETTINGS, **other})
        with pytest.raises(InputError, match=said):
            join(tmp_path / "out", {**SETTINGS, **other})
    assert path.read_bytes() == before


def test_missing_parts_are_named(run, tmp_path):
    with pytest.raises(InputError, match=r"has no part of a search; make them first, with --shard K/N"):
        join(tmp_path / "out", SETTINGS)
    run((2, 4))
    with pytest.raises(InputError, match=r"still to make: --shard 1/4, 3/4, 4/4$"):
        join(tmp_path / "out", SETTINGS)


def test_an_unfinished_part_is_missing(run, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SECONDS_BETWEEN_SAVES", -1)
    run((1, 2))
    with pytest.raises(Cut):
        run((2, 2), cut=4)
    with pytest.raises(InputError, match=r"still to make: --shard 2/2$"):
        join(tmp_path / "out", SETTINGS)


def test_parts_of_several_divisions_are_refused(run, tmp_path):
    run((1, 1))
    run((1, 2))
    with pytest.raises(InputError, match="parts of divisions into 1 and into 2; keep one of them"):
        join(tmp_path / "out", SETTINGS)


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[:-100], lambda data: b"no zip" + data[:50]])
def test_a_damaged_part_is_refused_in_one_line(run, tmp_path, damage):
    run()
    path = part_path(tmp_path / "out", (1, 1))
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(InputError, match=f"^cannot read {path}: it is no part of a search, or damaged") as error:
        run()
    assert "\n" not in str(error.value)


def test_saving_is_whole_or_not_at_all(run, tmp_path, monkeypatch):
    part = run()
    path = part_path(tmp_path / "out", (1, 1))
    before = path.read_bytes()

    def fail(file, **arrays):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(Exception, match="no space left on device"):
        part.save(path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_hash_tells_weights_and_architectures_apart():
    def model(name="a"):
        return randomize(keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(2, 3, name=name)]))

    first = weights_hash(model())
    assert weights_hash(model()) == first
    assert weights_hash(model("b")) != first
    changed = model()
    changed.layers[0].bias.assign([0.0, 1e-7])
    assert weights_hash(changed) != first


def test_a_part_keeps_odd_names(tmp_path):
    part = Part({**SETTINGS, "layers": []}, (1, 1), 1, 1, {'a "b" é\udcff.jpg': "why"}, {})
    part.save(tmp_path / "a.npz")
    assert read_part(tmp_path / "a.npz") == part


def test_a_part_of_which_no_image_can_be_read_is_finished(graph, tmp_path):
    (tmp_path / "images").mkdir()
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / "images" / name).write_bytes(b"no image")
    shutil.copy(PHOTOS / "animal" / "dog.jpg", tmp_path / "images" / "c.jpg")
    paths = find_images(tmp_path / "images")
    settings = {"layers": list(graph.maps), "size": 32}
    part = PartSearch(graph, settings, tmp_path / "images", paths, (1, 2), 4).run(
        tmp_path / "part.npz", lambda *done: None
    )
    assert (part.done, list(part.skipped)) == (part.images, ["a.jpg"])


def test_another_mean_image_is_another_network():
    layer = SubtractMean((1, 1, 3))
    image = keras.Input((4, 4, 3))
    model = keras.Model(image, layer(image))
    before = weights_hash(model)
    layer.mean = np.full((1, 1, 3), 0.5)
    assert weights_hash(model) != before
