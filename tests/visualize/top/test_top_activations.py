import json
import os

import keras
import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.images import find_images, read_frame, read_image
from nst_tf.visualize.top.gallery import LayerResult
from nst_tf.visualize.top.patches import PatchProjector
from nst_tf.visualize.top.top_activations import TopActivations, default_side, top_activations
from nst_tf.visualize.top.winners import winner_pictures

from ..networks import PHOTOS, randomize
from ..oracle import Oracle

layers = keras.layers
SIDE = 40
LAYERS = ("relu1", "block/relu2")
FIELDS = ("activations", "images", "positions", "boxes", "sparsity")


def build():
    inside = [keras.Input((None, None, 5)), layers.Conv2D(3, 3), layers.ReLU(name="relu2")]
    block = keras.Sequential(inside, name="block")
    image = keras.Input((None, None, 3))
    x = layers.ReLU(name="relu1")(layers.Conv2D(5, 5, strides=2, name="conv1")(image))
    return randomize(keras.Model(image, block(layers.MaxPooling2D(3, 2)(x)), name="tiny"))


@pytest.fixture(scope="module")
def model():
    return build()


def run(model, out, shards=((1, 1),), show=True, images=PHOTOS, **options):
    search = TopActivations(model, images, out, **{"side": SIDE, "batch": 5, **options})
    for shard in shards:
        search.search(shard)
    return search.show() if show else None


@pytest.fixture(scope="module")
def out(model, tmp_path_factory):
    out = tmp_path_factory.mktemp("top") / "out"
    run(model, out)
    return out


def test_the_function_makes_what_the_class_does(model, out, tmp_path):
    found = top_activations(model, str(PHOTOS), str(tmp_path / "again"), side=SIDE, batch=5)
    assert list(found) == list(LAYERS)
    for layer, result in load(out).items():
        np.testing.assert_array_equal(found[layer].images, result.images)
    assert (tmp_path / "again" / "index.html").read_bytes() == (out / "index.html").read_bytes()


def load(out):
    return {layer: LayerResult.load(out / "data" / f"{layer.replace('/', '__')}.npz") for layer in LAYERS}


def drawn(model, result, images=PHOTOS, **options):
    """The pictures of a layer's filters."""
    paths = find_images(images)
    projector = PatchProjector(model, result.layer, SIDE, **options)
    return winner_pictures(result, 0, projector, lambda number: read_frame(paths[number], SIDE))


@pytest.fixture(scope="module")
def forward(model):
    """All feature maps of all photographs, in float64 and by brute force."""
    oracle = Oracle(model)
    maps = {layer: [] for layer in LAYERS}
    for path in find_images(PHOTOS):
        oracle.up(read_frame(path, SIDE)[None])
        maps["relu1"].append(oracle.values["relu1"][0])
        maps["block/relu2"].append(oracle.values["block"][0])
    return oracle, {layer: np.stack(values) for layer, values in maps.items()}


@pytest.mark.parametrize("layer", LAYERS)
def test_activations_images_and_positions_are_those_of_brute_force(out, forward, layer):
    result, maps = load(out)[layer], forward[1][layer]
    filters = maps.shape[-1]
    assert result.activations.shape == (filters, 9)
    for number in range(filters):
        planes = maps[..., number]
        order = np.argsort(-planes.max((1, 2)), kind="stable")[:9]
        np.testing.assert_array_equal(result.images[number], order)
        np.testing.assert_allclose(result.activations[number], planes.max((1, 2))[order], rtol=1e-5, atol=1e-6)
        expected = [np.unravel_index(planes[image].argmax(), planes.shape[1:]) for image in order]
        np.testing.assert_array_equal(result.positions[number], expected)
    np.testing.assert_allclose(result.sparsity, (maps <= 0).mean((0, 1, 2)), atol=1e-4)


@pytest.mark.parametrize("layer", LAYERS)
def test_boxes_patches_and_projections_are_of_what_was_found(model, out, forward, layer):
    result, oracle = load(out)[layer], forward[0]
    pictures = drawn(model, result)
    # conv1 5/2, pooling 3/2, conv 3/1, all without padding.
    size, stride = {"relu1": (5, 2), "block/relu2": (17, 4)}[layer]
    paths = find_images(PHOTOS)
    for number, rank in np.argwhere(result.active):
        frame = read_frame(paths[result.images[number, rank]], SIDE)
        top, left = result.positions[number, rank] * stride
        np.testing.assert_array_equal(result.boxes[number, rank], [top, left, top + size, left + size])
        inside = np.s_[top : top + size, left : left + size]
        np.testing.assert_allclose(pictures.patches[number, rank] / 255, frame[inside].clip(0, 1), atol=0.51 / 255)
        place = "relu1" if layer == "relu1" else "block"
        expected = oracle.project(frame[None], place, [number], [result.positions[number, rank]])[0][inside]
        expected *= 127 / np.abs(expected).max()
        np.testing.assert_allclose(pictures.projections[number, rank], expected, atol=0.52)


def test_the_files_to_look_at_are_there_and_agree(out):
    results = load(out)
    summary = json.loads((out / "top_activations.json").read_text())
    assert (summary["model"], summary["side"]) == ("tiny", SIDE)
    assert summary["images"] == [path.relative_to(PHOTOS).as_posix() for path in find_images(PHOTOS)]
    assert [layer["layer"] for layer in summary["layers"]] == list(LAYERS)
    for layer in summary["layers"]:
        result = results[layer["layer"]]
        for number, row in enumerate(layer["filters"]):
            assert row["filter"] == number
            assert [one["image"] for one in row["top"]] == result.images[number].tolist()
            assert [np.float32(one["activation"]) for one in row["top"]] == result.activations[number].tolist()
            assert [one["box"] for one in row["top"]] == result.boxes[number].tolist()
        stem = layer["layer"].replace("/", "__")
        assert len(list((out / "tiles" / stem).iterdir())) == len(result.images)
        assert list((out / "sheets").glob(f"{stem}-*"))
    assert "tiny" in (out / "index.html").read_text()


def test_views_are_what_the_network_saw_of_the_winners(out):
    winners = np.unique(np.concatenate([result.images.ravel() for result in load(out).values()]))
    assert sorted(int(path.stem) for path in (out / "views").iterdir()) == winners.tolist()
    paths = find_images(PHOTOS)
    for number in winners[:3]:
        view = read_image(out / "views" / f"{number}.jpg").pixels
        assert view.shape == (SIDE, SIDE, 3)
        assert np.abs(view - read_frame(paths[number], SIDE)).mean() < 0.03


def test_a_second_run_does_nothing_anew(model, out):
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.npz")}
    views = {path: path.stat().st_mtime_ns for path in (out / "views").iterdir()}
    told = []
    run(model, out, on_progress=told.append)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.npz")} == before
    assert {path: path.stat().st_mtime_ns for path in (out / "views").iterdir()} == views
    assert not [stage for stage in told if stage.name.startswith(("looking", "projecting"))]


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2)])
def test_parts_and_show_equal_the_single_run(model, out, tmp_path, order):
    # As on several computers: each part by an object of its own.
    for number in order:
        run(model, tmp_path, [(number, 3)], show=False, batch=2 + number)
    part = run(model, tmp_path, [])
    assert (part.images, part.done) == (12, 12)
    for layer, result in load(tmp_path).items():
        for name in FIELDS:
            np.testing.assert_array_equal(getattr(result, name), getattr(load(out)[layer], name), err_msg=name)


def test_projecting_that_is_cut_off_is_taken_up(model, out, tmp_path):
    class Cut(Exception):
        pass

    def cut(stage):
        if stage.name == "projecting block/relu2":
            raise Cut

    with pytest.raises(Cut):
        run(model, tmp_path, on_progress=cut)
    before = (tmp_path / "data" / "relu1.npz").stat().st_mtime_ns
    assert not (tmp_path / "index.html").exists()
    run(model, tmp_path)
    assert (tmp_path / "data" / "relu1.npz").stat().st_mtime_ns == before
    for layer, result in load(tmp_path).items():
        for name in FIELDS:
            np.testing.assert_array_equal(getattr(result, name), getattr(load(out)[layer], name), err_msg=name)


def test_fewer_images_than_nine_leave_places_empty(model, tmp_path):
    run(model, tmp_path, images=PHOTOS / "fish")
    for result in load(tmp_path).values():
        assert (result.images[:, :2] >= 0).all()
        assert (result.images[:, 2:] == -1).all()
        assert (result.activations[:, 2:] == -np.inf).all()
        assert not drawn(model, result, PHOTOS / "fish").projections[:, 2:].any()
    summary = json.loads((tmp_path / "top_activations.json").read_text())
    assert {len(row["top"]) for layer in summary["layers"] for row in layer["filters"]} == {2}


def test_chosen_layers_and_rule_are_used(model, tmp_path):
    run(model, tmp_path, layers=["block/relu2"], rule="gradient")
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["block__relu2.npz"]
    result = LayerResult.load(tmp_path / "data" / "block__relu2.npz")
    frame = read_frame(find_images(PHOTOS)[result.images[1, 0]], SIDE)
    expected = Oracle(model).project(frame[None], "block", [1], [result.positions[1, 0]], "gradient")[0]
    top, left, bottom, right = result.boxes[1, 0]
    found, inside = drawn(model, result, rule="gradient").projections[1, 0], expected[top:bottom, left:right]
    np.testing.assert_allclose(found, inside * 127 / np.abs(inside).max(), atol=0.52)


def test_the_results_of_other_weights_or_images_are_refused(model, out, tmp_path):
    other = randomize(build(), seed=1)
    with pytest.raises(InputError, match="of another search: its weights"):
        run(other, out)
    for number in range(2):
        (tmp_path / f"{number}.png").write_bytes((PHOTOS / "fish" / "fish7.jpg").read_bytes())
    with pytest.raises(InputError, match="of another search: its images"):
        run(model, out, images=tmp_path)


def test_bad_requests_are_refused_before_anything_is_made(model, tmp_path):
    for options, message in (
        ({"layers": ["relu3"]}, "unknown layer 'relu3'; did you mean 'relu1'"),
        ({"rule": "guide"}, "unknown rule 'guide'"),
        ({"images": tmp_path / "none"}, "there is no folder"),
    ):
        with pytest.raises(InputError, match=message):
            run(model, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs files that are not UTF-8")
def test_file_names_that_are_no_text_do_no_harm(model, tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    for name in (b"\xff.jpg", "é <b>'\"&.jpg".encode()):
        with open(os.path.join(os.fsencode(folder), name), "wb") as file:
            file.write((PHOTOS / "fish" / "fish7.jpg").read_bytes())
    run(model, tmp_path / "out", images=folder)
    names = json.loads((tmp_path / "out" / "top_activations.json").read_text())["images"]
    assert {os.fsencode(name) for name in names} == {b"\xff.jpg", "é <b>'\"&.jpg".encode()}


def test_images_are_shown_at_the_size_that_a_network_takes():
    assert default_side(build()) == 224
    assert default_side(keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(2, 3)])) == 32
