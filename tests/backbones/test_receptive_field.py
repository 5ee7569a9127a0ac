import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.backbones import load_backbone
from nst_tf.backbones.graph import Graph
from nst_tf.backbones.receptive_field import ReceptiveField, receptive_field
from nst_tf.errors import InputError
from nst_tf.layers import ReplicatePad, SwitchMaxPool

layers = keras.layers
HEIGHT, WIDTH = 41, 46
IMAGE = tf.ones((1, HEIGHT, WIDTH, 3), tf.float64)


def positive(**options):
    """A convolution in which every pixel matters."""
    return layers.Conv2D(2, kernel_initializer=keras.initializers.RandomUniform(0.1, 1.0), dtype="float64", **options)


def random_layer(random, paddings):
    padding = str(random.choice(paddings))
    window, strides = (tuple(map(int, random.integers(1, 4, 2))) for _ in range(2))
    kind = random.integers(7)
    if kind == 0:
        return layers.AveragePooling2D(window, strides, padding, dtype="float64")
    if kind == 1 and "same" in paddings:
        return layers.ZeroPadding2D(tuple(map(tuple, random.integers(0, 2, (2, 2)).tolist())), dtype="float64")
    if kind == 2 and "same" in paddings:
        return layers.Cropping2D(((1, 0), (0, 1)), dtype="float64")
    if kind == 3:
        rates = tuple(map(int, random.integers(1, 4, 2)))
        return positive(kernel_size=window, dilation_rate=rates, padding=padding)
    if kind == 4:
        options = {"depthwise_initializer": keras.initializers.RandomUniform(0.1, 1.0), "dtype": "float64"}
        return layers.DepthwiseConv2D(window, strides[:1] * 2, padding, **options)
    return positive(kernel_size=window, strides=strides, padding=padding)


def branches(x, random):
    """Two ways of the same stride, joined."""
    one = positive(kernel_size=(3, 1), padding="same")(x)
    other = positive(kernel_size=(2, 5), padding="same")(positive(kernel_size=2, padding="same")(x))
    join = (layers.Add, layers.Concatenate)[random.integers(2)]
    return join(dtype="float64")([one, other])


def random_network(seed, paddings):
    random = np.random.default_rng(seed)
    keras.utils.set_random_seed(seed)
    x = image = keras.Input((HEIGHT, WIDTH, 3), dtype="float64")
    for _ in range(random.integers(2, 5)):
        layer = random_layer(random, paddings)
        shape = layer.compute_output_shape(x.shape)
        if min(shape[1:3]) >= 2:
            x = layer(x)
    if "same" in paddings and random.random() < 0.5:
        x = branches(x, random)
    return keras.Model(image, layers.Identity(name="last", dtype="float64")(x))


def bounds(model, images, unit):
    """The smallest box of the pixels that change a unit, by the gradient: all weights are positive, without ReLU."""
    with tf.GradientTape() as tape:
        tape.watch(images)
        value = tf.reduce_sum(model(images)[0, unit[0], unit[1]])
    rows, columns = np.nonzero(np.abs(tape.gradient(value, images)[0]).sum(-1))
    return None if not len(rows) else (rows.min(), columns.min(), rows.max() + 1, columns.max() + 1)


def units_of(model):
    rows, columns = model.outputs[0].shape[1:3]
    return [(row, column) for row in {0, rows // 2, rows - 1} for column in {0, columns // 2, columns - 1}]


@pytest.mark.parametrize("seed", range(8))
def test_without_padding_the_box_is_the_smallest_that_holds_the_pixels_a_unit_depends_on(seed):
    model = random_network(seed, ["valid"])
    field = receptive_field(Graph(model), "last", HEIGHT, WIDTH)
    for unit in units_of(model):
        assert field.box(unit) == field.span(unit) == bounds(model, IMAGE, unit)


@pytest.mark.parametrize("seed", range(14))
def test_with_padding_no_pixel_outside_the_box_matters_and_away_from_it_the_box_is_the_smallest(seed):
    model = random_network(seed, ["same", "valid"])
    field = receptive_field(Graph(model), "last", HEIGHT, WIDTH)
    margins = 4 * np.array(field.stride)
    for unit in units_of(model):
        if (found := bounds(model, IMAGE, unit)) is None:
            continue
        box, found, span = (np.array(edges) for edges in (field.box(unit), found, field.span(unit)))
        assert (box[:2] <= found[:2]).all()
        assert (box[2:] >= found[2:]).all()
        if (span[:2] >= margins).all() and (span[2:] + margins <= [HEIGHT, WIDTH]).all():
            np.testing.assert_array_equal(found, span)


def test_a_repeated_edge_is_of_the_image():
    model = keras.Sequential(
        [keras.Input((HEIGHT, WIDTH, 3), dtype="float64"), ReplicatePad(2, dtype="float64"), positive(kernel_size=5)]
    )
    field = receptive_field(Graph(model), model.layers[-1].name, HEIGHT, WIDTH)
    for unit in units_of(model):
        assert field.box(unit) == bounds(model, IMAGE, unit)


def test_units_behind_a_repeated_edge_of_feature_maps_see_all_that_it_repeats():
    model = keras.Sequential(
        [
            keras.Input((HEIGHT, WIDTH, 3), dtype="float64"),
            positive(kernel_size=7),
            ReplicatePad(1, dtype="float64"),
            positive(kernel_size=2, name="last"),
        ]
    )
    field = receptive_field(Graph(model), "last", HEIGHT, WIDTH)
    for unit in units_of(model):
        box, found = np.array(field.box(unit)), bounds(model, IMAGE, unit)
        assert (box[:2] <= found[:2]).all()
        assert (box[2:] >= found[2:]).all()


@pytest.mark.parametrize("pooling", [layers.MaxPooling2D, SwitchMaxPool])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_pixels_outside_the_box_never_change_a_unit_behind_max_pooling_and_all_inside_can(pooling, padding):
    model = keras.Sequential(
        [
            keras.Input((21, 18, 3), dtype="float64"),
            positive(kernel_size=3, strides=2, padding=padding),
            layers.ReLU(dtype="float64"),
            pooling(3, 2, padding, dtype="float64"),
            positive(kernel_size=2, padding=padding, name="last"),
        ]
    )
    field = receptive_field(Graph(model), "last", 21, 18)
    random = np.random.default_rng(0)
    image = random.random((1, 21, 18, 3))
    before = model(image).numpy()
    for unit in np.ndindex(*before.shape[1:3]):
        top, left, bottom, right = field.box(unit)
        other = random.random(image.shape) * 9
        other[:, top:bottom, left:right] = image[:, top:bottom, left:right]
        np.testing.assert_array_equal(model(other)[(0, *unit)], before[(0, *unit)])
        pixels = [(row, column) for row in range(top, bottom) for column in range(left, right)]
        lit = np.repeat(image, len(pixels), 0)
        lit[(range(len(pixels)), *zip(*pixels, strict=True))] += 9
        assert (model(lit).numpy()[(slice(None), *unit)] > before[(0, *unit)]).all()


@pytest.mark.parametrize(
    ("name", "layer", "expected"),
    [
        ("alexnet", "relu1", (11, 4, -2, 55)),
        ("alexnet", "relu2", (51, 8, -18, 27)),
        ("alexnet", "relu5", (163, 16, -66, 13)),
        ("vgg16", "relu1_1", (3, 1, -1, 224)),
        ("vgg16", "relu3_3", (40, 4, -18, 56)),
        ("vgg16", "relu5_3", (196, 16, -90, 14)),
    ],
)
def test_the_known_values_of_the_bundled_networks(name, layer, expected):
    size, stride, offset, count = ((value, value) for value in expected)
    field = receptive_field(Graph(load_backbone(name)), layer, 224, 224)
    assert field == ReceptiveField(size, stride, offset, count, (224, 224))
    assert not field.whole
    assert field.span((0, 1)) == (
        offset[0],
        offset[0] + stride[0],
        offset[0] + size[0],
        offset[0] + stride[0] + size[0],
    )


def test_a_box_is_cut_off_at_the_image():
    field = ReceptiveField((7, 5), (2, 3), (-3, -1), (8, 4), (16, 10))
    assert field.span((0, 0)) == (-3, -1, 4, 4)
    assert field.box((0, 0)) == (0, 0, 4, 4)
    assert field.box((7, 3)) == (11, 8, 16, 10)


@pytest.mark.parametrize("padding", [((6, 6), (6, 6)), ((0, 6), (0, 6))])
def test_the_box_of_a_unit_that_sees_only_padding_is_empty_and_at_the_edge(padding):
    model = keras.Sequential([keras.Input((8, 8, 3)), layers.ZeroPadding2D(padding), layers.Conv2D(1, 3, name="conv")])
    field = receptive_field(Graph(model), "conv", 8, 8)
    for unit in ((0, 0), (3, 3), (11, 11)):
        top, left, bottom, right = field.box(unit)
        assert 0 <= top <= bottom <= 8
        assert 0 <= left <= right <= 8


@pytest.mark.parametrize(
    "layer",
    [
        layers.Flatten(name="last"),
        layers.GlobalAveragePooling2D(name="last"),
        layers.UpSampling2D(name="last"),
        layers.LayerNormalization(axis=(1, 2, 3), name="last"),
        layers.Softmax(axis=(1, 2), name="last"),
        layers.Reshape((5, 20, 2), name="last"),
    ],
)
def test_units_behind_anything_else_see_the_whole_image(layer):
    model = keras.Sequential([keras.Input((12, 12, 3)), layers.Conv2D(2, 3, name="conv"), layer])
    field = receptive_field(Graph(model), "last", 12, 12)
    assert field.whole
    assert field.box((3, 3)) == (0, 0, 12, 12)


def test_branches_of_different_strides_see_the_whole_image():
    image = keras.Input((12, 12, 3))
    tall = layers.AveragePooling2D((2, 1))(layers.ZeroPadding2D(((6, 6), (0, 0)))(image))
    model = keras.Model(image, layers.Add(name="last")([tall, image]))
    assert receptive_field(Graph(model), "last", 12, 12).whole


def test_an_unknown_layer_is_refused():
    graph = Graph(keras.Sequential([keras.Input((12, 12, 3)), layers.Conv2D(2, 3, name="conv")]))
    with pytest.raises(InputError, match="unknown layer 'cov'; did you mean 'conv'"):
        receptive_field(graph, "cov", 12, 12)
