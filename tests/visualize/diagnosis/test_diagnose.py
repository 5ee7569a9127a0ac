import tracemalloc

import keras
import numpy as np
import pytest

from nst_tf.backbones.graph import Graph
from nst_tf.errors import InputError
from nst_tf.images import Picture, write_image
from nst_tf.images.frames import read_frame
from nst_tf.visualize.diagnosis import diagnose

layers = keras.layers


@pytest.fixture
def paths(tmp_path):
    """Nine pictures of smooth noise, of several sizes."""
    random = np.random.default_rng(0)
    for number in range(9):
        coarse = random.random((8, 8, 3))
        pixels = np.kron(coarse, np.ones((6 + number, 8, 1))).astype(np.float32)
        write_image(tmp_path / f"{number}.png", Picture(pixels))
    return sorted(tmp_path.iterdir())


def network(seed=0, side=None):
    keras.utils.set_random_seed(seed)
    image = keras.Input((side, side, 3), name="image")
    x = layers.ReLU(name="relu1")(layers.Conv2D(8, 5, strides=2, name="conv1")(image))
    x = layers.MaxPooling2D(2, name="pool1")(x)
    x = layers.ReLU(name="relu2")(layers.Conv2D(10, 3, padding="same", name="conv2")(x))
    x = layers.ReLU(name="relu3")(layers.Conv2D(6, 3, padding="same", name="conv3")(x))
    return keras.Model(image, x)


def plant(model):
    """Two dead and three constant filters in layer 2, one dominant filter in layer 3."""
    kernel, bias = (variable.numpy() for variable in model.get_layer("conv2").weights)
    kernel[..., :5] = 0
    bias[:2], bias[2:5] = -1, 3
    model.get_layer("conv2").set_weights([kernel, bias])
    kernel, bias = (variable.numpy() for variable in model.get_layer("conv3").weights)
    kernel[..., 1] *= 10
    model.get_layer("conv3").set_weights([kernel, bias])
    return model


def test_finds_the_faults_that_were_planted_where_they_are(paths):
    sound, faulty = (diagnose(model, paths, side=32) for model in (network(), plant(network())))
    assert [layer.name for layer in faulty.layers] == ["relu1", "relu2", "relu3"]
    assert [layer.filters for layer in faulty.layers] == [8, 10, 6]
    assert faulty.layers[0] == sound.layers[0]
    assert sound.layers[1].constant == 0
    assert faulty.layers[1].dead >= 0.2
    assert faulty.layers[1].constant == pytest.approx(0.3)
    assert sound.layers[2].dominance < 1.5
    assert faulty.layers[2].dominance == pytest.approx(10, rel=0.5)
    assert faulty.layers[2].dominant == pytest.approx(1 / 6)


def test_a_lower_bias_shows_as_sparsity_and_as_dead_filters(paths):
    model = network()
    before = diagnose(model, paths, side=32).layers[2]
    model.get_layer("conv3").bias.assign(np.full(6, -100))
    after = diagnose(model, paths, side=32).layers[2]
    assert before.sparsity < 0.9
    assert (after.sparsity, after.dead) == (1, 1)


def test_filters_of_low_frequency_show_in_the_coverage(paths):
    model = network()
    kernel, bias = (variable.numpy() for variable in model.get_layer("conv1").weights)
    kernel[..., :4] = 1
    model.get_layer("conv1").set_weights([kernel, bias])
    mixed = diagnose(model, paths, side=32).frequency
    model.get_layer("conv1").set_weights([np.ones_like(kernel), bias])
    low = diagnose(model, paths, side=32).frequency
    assert mixed.shares[0] == 0.5
    assert mixed.coverage > 0.5
    assert (low.shares, low.coverage) == ((1, 0, 0), 0)


def test_equals_the_measures_of_all_images_at_once(paths):
    model = network()
    found = diagnose(model, paths, side=32, batch=4)
    # What is measured has the aliasing's margin less: stride 4 of layer 2, so 3 pixels.
    images = np.stack([read_frame(path, 35)[:32, :32] for path in paths])
    maps = Graph(model).features(images, ["relu1", "relu2", "relu3"])
    for layer in found.layers:
        values = maps[layer.name].numpy()
        flat = values.reshape(-1, values.shape[-1])
        assert layer.dead == (flat.max(axis=0) <= 0).mean()
        assert layer.sparsity == pytest.approx((flat <= 0).mean())
        assert layer.constant == ((flat.std(axis=0) <= 0.1 * flat.mean(axis=0)) & (flat.max(axis=0) > 0)).mean()
    assert (found.images, found.window, found.stride) == (9, (5, 5), (2, 2))


def test_the_batch_size_does_not_change_the_result(paths):
    few, many = (diagnose(network(), paths, side=32, batch=batch) for batch in (2, 16))
    for one, other in zip(few.layers, many.layers, strict=True):
        assert vars(one) == pytest.approx(vars(other))
    assert few.aliasing == pytest.approx(many.aliasing, rel=1e-4)


def test_a_network_of_one_size_gets_that(paths):
    free, fixed = (diagnose(network(side=side), paths, side=24) for side in (None, 24))
    assert fixed.layers == free.layers
    assert fixed.aliasing == free.aliasing


def test_a_network_of_one_layer_has_no_second_one_to_alias(paths):
    model = network()
    first = keras.Model(model.input, model.get_layer("relu1").output)
    assert diagnose(first, paths, side=32).aliasing is None


def test_memory_does_not_grow_with_the_number_of_images(paths):
    model = network()
    diagnose(model, paths, side=32, batch=2)
    peaks = []
    for repeats in (2, 20):
        tracemalloc.start()
        diagnose(model, paths * repeats, side=32, batch=2)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]


def test_unreadable_images_are_skipped_and_told(paths):
    paths[4].write_bytes(b"no image")
    told = []
    found = diagnose(network(), paths, side=32, batch=4, on_progress=lambda *so_far: told.append(so_far))
    assert found.images == 8
    assert list(found.skipped) == [paths[4]]
    assert told[-1] == (9, 9)


@pytest.mark.parametrize("name", ["side", "batch"])
def test_no_image_at_once_and_none_without_size(paths, name):
    with pytest.raises(InputError, match=f"{name} is 0; it must be a number not below 1"):
        diagnose(network(), paths, **{name: 0})


def test_a_network_without_convolutions_is_refused(paths):
    image = keras.Input((8, 8, 3))
    dense = keras.Model(image, layers.Dense(2, name="dense")(layers.Flatten()(image)))
    with pytest.raises(InputError, match="has no convolution"):
        diagnose(dense, paths)
    with pytest.raises(InputError, match=r"'relu' of .* has no convolution before it"):
        diagnose(keras.Model(image, layers.ReLU(name="relu")(image)), paths)
