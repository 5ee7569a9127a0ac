import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.backbones.graph import Graph
from nst_tf.errors import InputError
from nst_tf.layers import ContrastNorm, ReplicatePad, ScaledAveragePool, SubtractMean
from nst_tf.visualize.inverse import check_invertible, invert

from .networks import randomize

layers = keras.layers
LINEAR = [
    layers.Conv2D(4, 3),
    layers.Conv2D(4, (2, 5), strides=(3, 2), padding="same"),
    layers.Conv2D(4, 3, strides=2, padding="same", groups=2),
    layers.Conv2D(4, (3, 2), dilation_rate=(2, 3), padding="same", groups=2),
    layers.DepthwiseConv2D((2, 3), strides=2, depth_multiplier=3),
    layers.DepthwiseConv2D(3, dilation_rate=(1, 2), padding="same"),
    layers.Conv2DTranspose(5, 3, strides=2, padding="same"),
    layers.BatchNormalization(),
    layers.BatchNormalization(scale=False, center=False),
    layers.AveragePooling2D(3, 2, "same"),
    layers.AveragePooling2D((2, 3)),
    layers.GlobalAveragePooling2D(),
    layers.GlobalAveragePooling2D(keepdims=True),
    ScaledAveragePool(3, 2),
    layers.ZeroPadding2D(((1, 2), (3, 0))),
    layers.Cropping2D(((1, 2), (0, 1))),
    ReplicatePad(2),
    layers.UpSampling2D((2, 3)),
    layers.UpSampling2D(2, interpolation="bilinear"),
    layers.Rescaling(3.0, -1.0),
    layers.Normalization(mean=[1.0, 2.0, 0.0, 1.0], variance=[1.0, 4.0, 9.0, 2.0]),
    layers.Flatten(),
    layers.Dense(3),
    layers.Permute((2, 1, 3)),
    layers.Reshape((9, 7, 4)),
    layers.Dropout(0.5),
    layers.SpatialDropout2D(0.5),
    layers.GaussianNoise(1.0),
    layers.Activation("linear"),
]


def step_of(layer, shape=(7, 9, 4), inputs=1):
    images = [keras.Input(shape) for _ in range(inputs)]
    model = keras.Model(images, layer(images if inputs > 1 else images[0]))
    if model.variables:
        randomize(model)
    if inputs == 1:
        return Graph(model).steps[0]
    image = keras.Input((*shape[:2], shape[2] * inputs))
    parts = [image[..., shape[2] * number : shape[2] * (number + 1)] for number in range(inputs)]
    return Graph(keras.Model(image, layer(parts))).steps[-1]


@pytest.mark.parametrize("layer", LINEAR, ids=lambda layer: type(layer).__name__)
def test_the_way_down_is_the_transpose_of_the_way_up(layer):
    step = step_of(layer)
    check_invertible([step])
    random = np.random.default_rng(0)
    x, other = (tf.constant(random.normal(size=(3, 7, 9, 4)), tf.float32) for _ in range(2))
    difference = step.call([x])[0] - step.call([other])[0]
    signal = tf.constant(random.normal(size=difference.shape), tf.float32)
    (below,) = invert(step, signal, [x])
    assert below.shape == x.shape
    # <s, A(x) - A(y)> = <A's, x - y> for each image.
    up = np.sum((signal * difference).numpy().reshape(3, -1), 1, np.float64)
    down = np.sum((below * (x - other)).numpy().reshape(3, -1), 1, np.float64)
    np.testing.assert_allclose(up, down, rtol=1e-4, atol=1e-4)
    (alike,) = invert(step, signal, [x[:1]])
    np.testing.assert_allclose(alike, below, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("layer", "weights"),
    [(layers.Add(), (1, 1, 1)), (layers.Subtract(), (1, -1)), (layers.Average(), (1 / 3, 1 / 3, 1 / 3))],
)
def test_what_joins_maps_divides_the_signal(layer, weights):
    signal = tf.random.stateless_normal((2, 4, 5, 3), [0, 0])
    below = invert(step_of(layer, (4, 5, 3), len(weights)), signal, [signal] * len(weights))
    for part, weight in zip(below, weights, strict=True):
        np.testing.assert_allclose(part, signal * weight, rtol=1e-6)


def test_what_is_laid_side_by_side_is_taken_apart():
    signal = tf.random.stateless_normal((2, 4, 5, 6), [0, 0])
    first, second = invert(step_of(layers.Concatenate(), (4, 5, 3), 2), signal, [signal[..., :3]] * 2)
    np.testing.assert_array_equal(first, signal[..., :3])
    np.testing.assert_array_equal(second, signal[..., 3:])


def test_the_signal_is_rectified_whatever_the_input_was():
    signal = np.array([-2.0, -0.0, 0.5, 7.0, 3.0], np.float32).reshape(1, 1, 5, 1)
    x = np.array([1.0, 1.0, -1.0, 9.0, 0.0], np.float32).reshape(1, 1, 5, 1)
    for layer in (layers.ReLU(), layers.ReLU(max_value=6), layers.Activation("relu")):
        (below,) = invert(step_of(layer, (1, 5, 1)), tf.constant(signal), [tf.constant(x)])
        np.testing.assert_array_equal(below.numpy().ravel(), [0, 0, 0.5, 7, 3])


def test_the_divisor_of_a_contrast_normalisation_is_taken_back():
    layer = ContrastNorm(1, bias=1.0, alpha=0.5)
    x = tf.random.stateless_normal((2, 4, 5, 3), [0, 0])
    (below,) = invert(step_of(layer, (4, 5, 3)), layer(x), [x])
    np.testing.assert_allclose(below, x, rtol=1e-5)


def test_the_mean_of_the_training_images_does_not_matter():
    layer = SubtractMean((4, 5, 3))
    layer.mean = np.random.default_rng(0).random((4, 5, 3))
    signal = tf.random.stateless_normal((2, 4, 5, 3), [0, 0])
    (below,) = invert(step_of(layer, (4, 5, 3)), signal, [signal])
    np.testing.assert_allclose(below, 255 * signal, rtol=1e-6)


def test_the_layer_of_another_order_of_axes_is_refused():
    layer = layers.MaxPooling2D(2, data_format="channels_first", name="odd")
    with pytest.raises(InputError, match="'odd'"):
        check_invertible([step_of(layer, (4, 6, 8))])
    with pytest.raises(InputError, match="'odd'"):
        check_invertible([step_of(layers.Conv2D(4, 3, data_format="channels_first", name="odd"), (4, 6, 8))])


def test_a_tensor_over_a_number_has_a_transpose_and_a_number_over_a_tensor_has_none():
    image = keras.Input((4, 4, 3))
    over = keras.Model(image, image / 4.0)
    check_invertible(Graph(over).steps)
    under = keras.Model(image, 4.0 / image)
    with pytest.raises(InputError, match="TrueDivide"):
        check_invertible(Graph(under).steps)
