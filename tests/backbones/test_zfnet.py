"""ZFNet against the table of the paper and a NumPy forward pass."""

import itertools

import keras
import numpy as np
import pytest

from nst_tf.backbones.zfnet import zfnet
from nst_tf.errors import InputError

WIDE = {"conv3": 512, "conv4": 1024, "conv5": 512}


@pytest.fixture(scope="module")
def full():
    return zfnet()


def convolutional(model):
    return sum(layer.count_params() for layer in model.layers if layer.name.startswith("conv"))


def test_parameters_are_the_papers(full):
    assert full.count_params() == 62_357_608
    assert convolutional(full) == 3_726_464


def test_maps_and_sizes_are_the_papers(full):
    shapes = {"conv1": (110, 96), "norm1": (55, 96), "conv2": (26, 256), "norm2": (13, 256)}
    shapes |= {"conv3": (13, 384), "conv4": (13, 384), "conv5": (13, 256), "pool5": (6, 256)}
    for name, (side, maps) in shapes.items():
        assert full.get_layer(name).output.shape == (None, side, side, maps), name
    assert full.output.shape == (None, 1000)


def test_every_layer_has_its_name(full):
    assert " ".join(layer.name for layer in full.layers) == (
        "image preprocess pad1 conv1 relu1 pool1 norm1 conv2 relu2 pool2 norm2 conv3 relu3 conv4 relu4 conv5 relu5 "
        "pool5 flatten fc6 relu6 drop6 fc7 relu7 drop7 fc8 softmax"
    )


def test_weights_are_normal_with_deviation_1e_2_and_biases_0(full):
    for layer in full.layers:
        if layer.weights:
            kernel, bias = layer.get_weights()
            assert kernel.std() == pytest.approx(1e-2, rel=0.02), layer.name
            assert abs(kernel.mean()) < 1e-3
            assert not bias.any()


def test_equal_shapes_draw_different_weights():
    model = zfnet(2, side=64, width=0.02, maps={"conv4": 384, "conv5": 384})
    assert not np.array_equal(model.get_layer("conv4").kernel, model.get_layer("conv5").kernel)


def test_the_seed_of_keras_decides_the_weights():
    kernels = []
    for _ in range(2):
        keras.utils.set_random_seed(7)
        kernels.append(zfnet(2, side=64, width=0.02).get_layer("conv3").kernel)
    np.testing.assert_array_equal(*kernels)


def test_width_scales_maps_and_units_but_not_classes():
    model = zfnet(6, side=64, width=0.1)
    names = ("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8")
    assert [model.get_layer(name).output.shape[-1] for name in names] == [10, 26, 38, 38, 26, 410, 410, 6]
    assert zfnet(6, side=64, width=1e-6).get_layer("conv1").output.shape[-1] == 1


@pytest.mark.parametrize(
    ("omit", "maps"),
    [
        (("conv3", "conv4"), {}),
        (("fc7",), {}),
        (("fc6", "fc7"), {}),
        (("conv3", "conv4", "fc6", "fc7"), {}),
        ((), WIDE),
    ],
    ids=str,
)
def test_variants_of_the_papers_ablation(omit, maps):
    whole = {layer.name for layer in zfnet(3, side=64, width=0.05).layers}
    model = zfnet(3, side=64, width=0.05, omit=omit, maps=maps)
    gone = {f"{kind}{name[-1]}" for name in omit for kind in (name[:-1], "relu", *(["drop"] if "fc" in name else []))}
    assert whole - {layer.name for layer in model.layers} == gone
    for name, count in maps.items():
        assert model.get_layer(name).output.shape[-1] == round(0.05 * count)
    np.testing.assert_allclose(np.sum(model(np.zeros((2, 64, 64, 3), np.float32)), -1), 1, rtol=1e-6)


def test_the_wide_variant_has_the_papers_convolutions():
    model = zfnet(2, maps={**WIDE, "fc6": 1, "fc7": 1})
    depths = [256, 512, 1024, 512]
    expected = 7 * 7 * 3 * 96 + 96 + 5 * 5 * 96 * 256 + 256
    assert convolutional(model) == expected + sum(9 * a * b + b for a, b in itertools.pairwise(depths))


def test_the_mean_is_subtracted():
    mean = np.random.default_rng(0).random((1, 1, 3)).astype(np.float32)
    model = zfnet(2, side=64, width=0.02, mean=mean)
    np.testing.assert_array_equal(model.get_layer("preprocess").mean, mean)
    image = np.broadcast_to(mean, (1, 64, 64, 3))
    np.testing.assert_allclose(model(image), 0.5, atol=1e-6)


@pytest.mark.parametrize("side", [53, 64])
def test_a_narrow_net_sees_what_numpy_sees(side, photo):
    model = zfnet(4, side=side, width=0.03)
    weights = {layer.name: [w.astype(np.float64) for w in layer.get_weights()] for layer in model.layers}
    for kernel_bias in weights.values():
        for array in kernel_bias:
            array *= 10 if array.ndim > 1 else 1
    for name, values in weights.items():
        model.get_layer(name).set_weights(values)
    x = 255 * photo(side, side).astype(np.float64)
    x = pool(np.maximum(convolve(np.pad(x, ONE), *weights["conv1"], 2), 0), same=True)
    x = pool(np.maximum(convolve(normalise(x), *weights["conv2"], 2), 0), same=True)
    x = normalise(x)
    for name in ("conv3", "conv4", "conv5"):
        x = np.maximum(convolve(np.pad(x, ONE), *weights[name], 1), 0)
    x = pool(x, same=False).reshape(1, -1)
    for name in ("fc6", "fc7"):
        x = np.maximum(x @ weights[name][0] + weights[name][1], 0)
    logits = x @ weights["fc8"][0]
    actual = keras.Model(model.input, model.get_layer("fc8").output)(photo(side, side))
    assert np.abs(logits).max() > 0
    np.testing.assert_allclose(actual, logits, rtol=0, atol=1e-4 * np.abs(logits).max())


ONE = ((0, 0), (1, 1), (1, 1), (0, 0))


def windows(x, size, stride):
    return np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))[:, ::stride, ::stride]


def convolve(x, kernel, bias, stride):
    return np.tensordot(windows(x, kernel.shape[0], stride), kernel, axes=((4, 5, 3), (0, 1, 2))) + bias


def pool(x, same):
    before = [max(2 * (-(-side // 2) - 1) + 3 - side, 0) if same else 0 for side in x.shape[1:3]]
    margins = [(0, 0), *((total // 2, total - total // 2) for total in before), (0, 0)]
    return windows(np.pad(x, margins, constant_values=-np.inf), 3, 2).max((-2, -1))


def normalise(x):
    squares = np.pad(x**2, ((0, 0),) * 3 + ((2, 2),))
    total = sum(squares[..., k : k + x.shape[-1]] for k in range(5))
    return x / (2 + 1e-4 * total) ** 0.75


# Keras itself converts variables in the way that NumPy 2 deprecates.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_saved_and_loaded(photo, tmp_path):
    mean = np.random.default_rng(0).random((64, 64, 3)).astype(np.float32)
    model = zfnet(3, side=64, width=0.03, mean=mean)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    images = np.concatenate([photo(64, 64), photo(64, 64)[:, ::-1]])
    np.testing.assert_allclose(loaded(images), model(images), rtol=1e-6)


def test_the_smallest_side_works_and_one_less_is_refused():
    zfnet(2, side=53, width=0.02)
    with pytest.raises(InputError, match="side is 52; it must be 53 or more for every layer of zfnet"):
        zfnet(2, side=52, width=0.02)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"omit": ["conv33"]}, "unknown layer to omit 'conv33'; did you mean 'conv3'"),
        ({"omit": ["conv1"]}, "unknown layer to omit 'conv1'"),
        ({"maps": {"conf3": 5}}, "unknown layer 'conf3'; did you mean 'conv3'"),
        ({"maps": {"conv3": 0}}, "the maps of conv3 are 0"),
        ({"width": 0}, "width is 0; it must be above 0"),
        ({"classes": 0}, "classes is 0; it must be a positive whole number"),
        ({"side": 64.5}, "side is 64.5"),
        ({"side": 64, "width": 0.02, "mean": np.zeros((32, 32, 3))}, r"the mean has the shape \(32, 32, 3\)"),
    ],
    ids=str,
)
def test_refuses_what_is_no_network(arguments, message):
    with pytest.raises(InputError, match=message):
        zfnet(**arguments)
