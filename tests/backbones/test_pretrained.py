"""The backbones against forward passes written in NumPy from the published descriptions of the networks."""

import hashlib
from dataclasses import replace

import h5py
import keras
import numpy as np
import pytest

from nst_tf.backbones import feature_extractor, load_backbone, registry, vgg
from nst_tf.errors import InputError
from nst_tf.images import find_images, read_frame

MEAN, DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
BGR_MEAN = np.array([103.939, 116.779, 123.68])

POOLS = {
    "max": lambda cells: cells.max((-2, -1)),
    "average": lambda cells: cells.mean((-2, -1)) * np.sqrt(cells.shape[-1] * cells.shape[-2]),
    "l2": lambda cells: 0.78 * np.sqrt((cells**2).sum((-2, -1))),
    "mean": lambda cells: cells.mean((-2, -1)),
}


def windows(x, size, stride):
    return np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))[:, ::stride, ::stride]


def convolve(x, kernel, bias, stride=1, pad=1, mode="constant"):
    x = np.pad(x, [(0, 0), (pad, pad), (pad, pad), (0, 0)], mode=mode)
    return np.tensordot(windows(x, kernel.shape[0], stride), kernel, axes=((4, 5, 3), (0, 1, 2))) + bias


def bundled(name):
    with np.load(registry.WEIGHTS[name].path) as arrays:
        return {key: arrays[key].astype(np.float64) for key in arrays.files}


def layer_outputs(x, steps, weights, pooling, first_mode):
    """The output of every step, a tuple (number of the layer, arguments of the convolution or pooling)."""
    outputs = {}
    for kind, number, *arguments in steps:
        if kind == "pool":
            x = outputs[f"pool{number}"] = POOLS[pooling](windows(x, *arguments))
            continue
        mode = "constant" if outputs else first_mode
        x = convolve(x, weights[f"conv{number}/kernel"], weights[f"conv{number}/bias"], *arguments, mode)
        outputs[f"conv{number}"] = x
        x = outputs[f"relu{number}"] = np.maximum(x, 0)
    return outputs


def vgg_steps(depths):
    for block, depth in enumerate(depths, 1):
        yield from (("conv", f"{block}_{index}", 1, 1) for index in range(1, depth + 1))
        yield ("pool", block, 2, 2)


ALEXNET_STEPS = [
    ("conv", 1, 4, 2),
    ("pool", 1, 3, 2),
    ("conv", 2, 1, 2),
    ("pool", 2, 3, 2),
    ("conv", 3, 1, 1),
    ("conv", 4, 1, 1),
    ("conv", 5, 1, 1),
    ("pool", 5, 3, 2),
]
STEPS = {"vgg16": list(vgg_steps((2, 2, 3, 3, 3))), "alexnet": ALEXNET_STEPS}


def assert_same_features(backbone, image, expected):
    features = feature_extractor(backbone, list(expected))(image)
    for name, values in expected.items():
        np.testing.assert_allclose(features[name], values, rtol=0, atol=1e-4 * np.abs(values).max(), err_msg=name)


@pytest.mark.parametrize(("name", "width", "height"), [("vgg16", 64, 48), ("alexnet", 96, 80)])
def test_every_layer_of_a_photograph_is_that_of_numpy(name, width, height, photo, request):
    image = photo(width, height)
    expected = layer_outputs((image - MEAN) / DEVIATION, STEPS[name], bundled(name), "max", "constant")
    assert_same_features(request.getfixturevalue(name), image, expected)


@pytest.mark.parametrize("pooling", ["average", "l2", "mean"])
@pytest.mark.parametrize(("name", "side"), [("vgg16", 16), ("alexnet", 63)])
def test_other_pooling_and_replicated_edges_are_those_of_numpy(name, side, pooling, photo):
    image = photo(side, side)
    steps = [step for step in STEPS[name] if not str(step[1]).startswith(("4", "5"))]
    expected = layer_outputs((image - MEAN) / DEVIATION, steps, bundled(name), pooling, "edge")
    assert_same_features(load_backbone(name, pooling=pooling, padding="replicate"), image, expected)


def circular_outputs(x, steps, weights):
    outputs = {}
    for kind, number, *arguments in steps:
        if kind == "pool":
            x = outputs[f"pool{number}"] = windows(x, *arguments).max((-2, -1))
        else:
            x = convolve(x, weights[f"conv{number}/kernel"], weights[f"conv{number}/bias"], *arguments, "wrap")
            x = outputs[f"relu{number}"] = np.maximum(x, 0)
    return outputs


@pytest.mark.parametrize(("name", "side"), [("vgg16", 32), ("alexnet", 63)])
def test_circular_padding_of_every_convolution_is_that_of_numpy(name, side, photo):
    image = photo(side, side)
    steps = [step for step in STEPS[name] if not str(step[1]).startswith("5")]
    expected = circular_outputs((image - MEAN) / DEVIATION, steps, bundled(name))
    assert_same_features(load_backbone(name, padding="circular"), image, expected)


@pytest.mark.parametrize("pooling", ["max", "average"])
def test_a_vgg_with_circular_padding_rolls_its_features_with_the_image(pooling, photo):
    image = photo(64, 48)
    extractor = feature_extractor(load_backbone("vgg16", pooling=pooling, padding="circular"), ["relu3_1", "pool4"])
    still, rolled = extractor(image), extractor(np.roll(image, (16, 32), axis=(1, 2)))
    for layer, (rows, columns) in {"relu3_1": (4, 8), "pool4": (1, 2)}.items():
        expected = np.roll(still[layer], (rows, columns), axis=(1, 2))
        np.testing.assert_allclose(rolled[layer], expected, atol=1e-4 * expected.max())


def test_every_layer_has_its_name(vgg16, alexnet):
    assert [layer.name for layer in vgg16.layers][:8] == [
        *("image", "preprocess", "conv1_1", "relu1_1", "conv1_2", "relu1_2", "pool1", "conv2_1")
    ]
    assert " ".join(layer.name for layer in alexnet.layers) == (
        "image preprocess pad1 conv1 relu1 pool1 conv2 relu2 pool2 conv3 relu3 conv4 relu4 conv5 relu5 pool5"
    )


def test_nothing_in_a_backbone_or_its_features_is_trainable(alexnet):
    assert alexnet.count_params() == 2_469_696
    assert alexnet.trainable_weights == []
    assert feature_extractor(alexnet, ["relu3"]).trainable_weights == []


# Keras itself converts variables in the way that NumPy 2 deprecates.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize(
    "options", [{}, {"pooling": "average", "padding": "replicate"}, {"pooling": "l2", "padding": "circular"}], ids=str
)
def test_saved_and_loaded_for_another_batch(options, photo, tmp_path):
    backbone = load_backbone("alexnet", **options)
    backbone.save(tmp_path / "alexnet.keras")
    loaded = keras.saving.load_model(tmp_path / "alexnet.keras")
    images = np.concatenate([photo(64, 80), photo(64, 80)[:, ::-1]])
    np.testing.assert_allclose(loaded(images), backbone(images), rtol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "vgg_16"}, "unknown backbone 'vgg_16'; did you mean 'vgg16'"),
        ({"pooling": "avarage"}, "unknown pooling 'avarage'; did you mean 'average'"),
        ({"padding": "mirror"}, "unknown padding 'mirror'; there is: zero, replicate, circular"),
    ],
    ids=str,
)
def test_refuses_an_unknown_name(arguments, message):
    with pytest.raises(InputError, match=message):
        load_backbone(**arguments)


def test_refuses_damaged_weights(monkeypatch, tmp_path):
    damaged = bytearray(registry.WEIGHTS["alexnet"].path.read_bytes())
    damaged[1000] ^= 1
    (tmp_path / registry.WEIGHTS["alexnet"].file).write_bytes(damaged)
    monkeypatch.setattr(registry, "BUNDLED_FOLDER", tmp_path)
    with pytest.raises(
        InputError, match=r"alexnet_imagenet_features_fp16\.npz is damaged or another file: its hash is"
    ):
        load_backbone("alexnet")


WIDTHS, DENSE_UNITS = (2, 3, 4, 5, 6), (7, 8, 9)


def random_vgg(depths, dense_units):
    """Kernels and biases of a narrow VGG in the order, and under the names, of Keras applications."""
    rng, channels, layers = np.random.default_rng(0), 3, {}
    shapes = [
        (f"block{block}_conv{index}", (3, 3), WIDTHS[block - 1])
        for block, depth in enumerate(depths, 1)
        for index in range(1, depth + 1)
    ] + list(zip(("fc1", "fc2", "predictions"), ((),) * 3, dense_units, strict=False))
    for name, window, out in shapes:
        channels *= 49 if name == "fc1" else 1
        kernel = rng.normal(size=(*window, channels, out)) / np.sqrt(channels * np.prod(window) / 2)
        layers[name] = kernel.astype(np.float32), rng.normal(size=out).astype(np.float32)
        channels = out
    return layers


def write_keras_h5(path, layers):
    with h5py.File(path, "w") as file:
        file.create_group("input_1").attrs["weight_names"] = np.array([], "S1")
        for layer, arrays in layers.items():
            names = [f"{layer}_W_1:0", f"{layer}_b_1:0"]
            group = file.create_group(layer)
            group.attrs["weight_names"] = np.array(names, "S")
            for name, array in zip(names, arrays, strict=True):
                group[name] = array


@pytest.fixture
def download_of_narrow_vgg(monkeypatch, tmp_path):
    """Lets a backbone's registered file be a narrow VGG at a file:// address."""

    def register(name, layers):
        source = tmp_path / "source.h5"
        write_keras_h5(source, layers)
        digest = hashlib.md5(source.read_bytes(), usedforsecurity=False).hexdigest()
        entry = replace(registry.WEIGHTS[name], url=source.as_uri(), hash=f"md5:{digest}")
        monkeypatch.setitem(registry.WEIGHTS, name, entry)

    monkeypatch.setenv("NST_TF_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("NST_TF_OFFLINE", raising=False)
    monkeypatch.setattr(vgg, "WIDTHS", WIDTHS)
    monkeypatch.setattr(vgg, "DENSE_UNITS", DENSE_UNITS)
    return register


def caffe_outputs(image, layers, depths):
    """The outputs of a VGG whose input is BGR in 0..255 less the mean, under our names."""
    names = [step[1] for step in vgg_steps(depths) if step[0] == "conv"]
    weights = {}
    for number, (kernel, bias) in zip(names, layers.values(), strict=False):
        weights |= {f"conv{number}/kernel": kernel, f"conv{number}/bias": bias}
    return layer_outputs(image[..., ::-1] * 255.0 - BGR_MEAN, vgg_steps(depths), weights, "max", "constant")


def test_downloaded_vgg19_sees_caffe_images(download_of_narrow_vgg, photo):
    layers, image = random_vgg((2, 2, 4, 4, 4), ()), photo(40, 32)
    download_of_narrow_vgg("vgg19", layers)
    assert_same_features(load_backbone("vgg19"), image, caffe_outputs(image, layers, (2, 2, 4, 4, 4)))


def test_downloaded_classifier_gives_probabilities(download_of_narrow_vgg, photo):
    layers, image = random_vgg((2, 2, 3, 3, 3), DENSE_UNITS), photo(224, 224)
    download_of_narrow_vgg("vgg16-classifier", layers)
    model = load_backbone("vgg16-classifier")
    x = caffe_outputs(image, layers, (2, 2, 3, 3, 3))["pool5"].reshape(1, -1)
    for name, layer in (("fc1", "relu6"), ("fc2", "relu7")):
        x = np.maximum(x @ layers[name][0] + layers[name][1], 0)
        assert_same_features(model, image, {layer: x})
    logits = x @ layers["predictions"][0] + layers["predictions"][1]
    assert_same_features(model, image, {"fc8": logits})
    expected = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    np.testing.assert_allclose(model(image), expected, atol=1e-3)


@pytest.mark.parametrize("name", ["alexnet", "vgg16"])
def test_a_classifier_of_photographs_is_linear_in_the_mean_features(name, request):
    image = np.random.default_rng(0).random((1, 64, 80, 3), np.float32)
    with np.load(registry.WEIGHTS[f"{name}-photos"].path) as arrays:
        kernel, bias = arrays["head/kernel"].astype(np.float64), arrays["head/bias"].astype(np.float64)
    logits = request.getfixturevalue(name)(image).numpy().astype(np.float64).mean((1, 2)) @ kernel + bias
    expected = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    np.testing.assert_allclose(load_backbone(f"{name}-photos")(image), expected, atol=1e-5)


def test_the_classifier_of_photographs_knows_nearly_all_of_the_photographs(photos):
    paths = find_images(photos)
    classes = registry.WEIGHTS["alexnet-photos"].classes
    probabilities = load_backbone("alexnet-photos")(np.stack([read_frame(path, 200) for path in paths])).numpy()
    right = [path.parent.name == classes[found] for path, found in zip(paths, probabilities.argmax(1), strict=True)]
    assert sum(right) >= 10
