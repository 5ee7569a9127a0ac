import keras
import numpy as np
import pytest

from nst_tf.backbones.graph import Graph
from nst_tf.errors import InputError
from nst_tf.visualize.top.strongest import StrongestPass, merge

layers = keras.layers
COUNT = 4
FIELDS = ("activations", "images", "positions", "zeros", "total")


@pytest.fixture(scope="module")
def graph():
    """Gives the image itself as feature maps of three filters, and three units."""
    image = keras.Input((None, None, 3))
    maps = layers.Identity(name="maps")(image)
    return Graph(keras.Model(image, layers.GlobalMaxPooling2D(name="units")(maps)))


def search(graph, maps, numbers, batch=3, layer="maps", count=COUNT):
    """The pass over `maps` in batches; a short one is filled up with what must not count."""
    search = StrongestPass(graph, [layer], count)
    state = search.start()
    for first in range(0, len(maps), batch):
        chunk = slice(first, first + batch)
        missing = batch - len(maps[chunk])
        images = np.concatenate([maps[chunk], np.full((missing, *maps.shape[1:]), 99, np.float32)])
        state = search.add(state, images, np.concatenate([numbers[chunk], np.full(missing, -1)]).astype(np.int32))
    return search.result(state)[layer]


def by_sorting(maps, count=COUNT):
    """The definition: images by falling maximum, of equal ones the earlier; in each the first maximum."""
    flat = maps.reshape(len(maps), -1, maps.shape[-1])
    order = np.argsort(-flat.max(1), axis=0, kind="stable")[:count].T
    filters = np.arange(maps.shape[-1])[:, None]
    places = flat.argmax(1)[order, filters]
    zeros = (flat <= 0).sum((0, 1))
    total = flat.shape[0] * flat.shape[1]
    return flat.max(1)[order, filters], order, np.stack(np.divmod(places, maps.shape[2]), -1), zeros, total


def assert_found(found, expected):
    for name, values in zip(FIELDS, expected, strict=True):
        np.testing.assert_array_equal(getattr(found, name), values, err_msg=name)


def random_maps(images=11, kind="random", seed=0):
    random = np.random.default_rng(seed)
    shape = (images, 5, 7, 3)
    return {
        "random": random.normal(size=shape),
        "tied": random.integers(-1, 3, shape),
        "silent": np.zeros(shape),
        "negative": -1 - random.random(shape),
    }[kind].astype(np.float32)


@pytest.mark.parametrize("kind", ["random", "tied", "silent", "negative"])
@pytest.mark.parametrize("batch", [1, 3, 4, 16])
def test_the_strongest_are_those_that_sorting_finds(graph, kind, batch):
    maps = random_maps(kind=kind)
    found = search(graph, maps, np.arange(11), batch)
    assert_found(found, by_sorting(maps))
    assert [getattr(found, name).dtype.name for name in FIELDS] == ["float32", "int32", "int32", "int64", "int64"]
    np.testing.assert_allclose(found.sparsity, (maps <= 0).mean((0, 1, 2)), rtol=1e-6)


def test_places_without_an_image_are_empty(graph):
    maps = random_maps(2)
    found = search(graph, maps, np.arange(2))
    activations, order, positions, zeros, total = by_sorting(maps)
    assert_found(
        found,
        (
            np.pad(activations, ((0, 0), (0, 2)), constant_values=-np.inf),
            np.pad(order, ((0, 0), (0, 2)), constant_values=-1),
            np.pad(positions, ((0, 0), (0, 2), (0, 0)), constant_values=-1),
            zeros,
            total,
        ),
    )


def test_without_images_nothing_is_found(graph):
    search = StrongestPass(graph, ["maps"])
    found = search.result(search.start())["maps"]
    assert (found.activations == -np.inf).all()
    assert found.activations.shape == (3, 9)
    np.testing.assert_array_equal(found.sparsity, [0, 0, 0])


def test_the_order_of_the_batches_does_not_matter(graph):
    maps, order = random_maps(), np.random.default_rng(1).permutation(11)
    assert_found(search(graph, maps[order], order), by_sorting(maps))


def test_units_of_dense_layers_have_the_position_0(graph):
    maps = random_maps()
    found = search(graph, maps, np.arange(11), layer="units")
    units = maps.max((1, 2))[:, None, None]
    assert_found(found, by_sorting(units))
    assert (found.positions == 0).all()


@pytest.mark.parametrize("kind", ["random", "tied", "silent"])
@pytest.mark.parametrize("seed", range(4))
def test_any_division_into_parts_in_any_order_merges_to_the_single_pass(graph, kind, seed):
    random = np.random.default_rng(seed)
    maps = random_maps(17, kind)
    shares = random.integers(0, random.integers(2, 6), 17)
    numbers = [np.flatnonzero(shares == share) for share in range(6)]
    parts = [search(graph, maps[chosen], chosen, batch=int(random.integers(1, 6))) for chosen in numbers]
    random.shuffle(parts)
    single = search(graph, maps, np.arange(17))
    assert_found(merge(parts), [getattr(single, name) for name in FIELDS])
    assert_found(merge([merge(parts[:2]), merge(parts[2:])]), [getattr(single, name) for name in FIELDS])
    assert_found(single, by_sorting(maps))


def test_a_pass_taken_up_is_the_uncut_one(graph):
    maps = random_maps(kind="tied")
    search_ = StrongestPass(graph, ["maps"], COUNT)
    state = search_.add(search_.start(), maps[:6], np.arange(6, dtype=np.int32))
    state = search_.start(search_.result(state))
    state = search_.add(state, maps[6:], np.arange(6, 11, dtype=np.int32))
    assert_found(search_.result(state)["maps"], by_sorting(maps))


def test_counts_are_exact_beyond_what_float32_holds(graph):
    found = search(graph, np.zeros((3, 5, 7, 3), np.float32), np.arange(3))
    many = [found] * 3
    assert merge(many).total == 3 * 105
    search_ = StrongestPass(graph, ["maps"], COUNT)
    state = search_.start({"maps": found})
    state["maps"] = (*state["maps"][:3], state["maps"][3] + 2**53, state["maps"][4] + 2**53)
    state = search_.add(state, np.zeros((1, 5, 7, 3), np.float32), np.array([3], np.int32))
    result = search_.result(state)["maps"]
    assert result.total == 2**53 + 140
    np.testing.assert_array_equal(result.zeros, [2**53 + 140] * 3)


def test_an_unknown_layer_is_refused(graph):
    with pytest.raises(InputError, match="unknown layer 'map'; did you mean 'maps'"):
        StrongestPass(graph, ["map"])
