import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.errors import InputError
from nst_tf.visualize.deconv import Deconv
from nst_tf.visualize.occlusion import occlude, square_starts

layers = keras.layers


class Seen(layers.Dropout):
    """Remembers the shapes that it is called with: once for each trace of a compiled function."""

    def __init__(self):
        super().__init__(0.0)
        self.shapes = []

    def call(self, inputs, training=False):
        if not isinstance(inputs, keras.KerasTensor):
            self.shapes.append(tuple(inputs.shape))
        return inputs


def classifier(seed=0, classes=4, first=None):
    keras.utils.set_random_seed(seed)
    image = keras.Input((None, None, 3), name="image")
    x = first(image) if first else image
    x = layers.Conv2D(6, 3, strides=2, name="conv1")(x)
    x = layers.ReLU(name="relu1")(x)
    x = layers.ReLU(name="relu2")(layers.Conv2D(5, 3, padding="same", name="conv2")(x))
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    # Large weights: the classes must differ from place to place.
    dense = layers.Dense(classes, kernel_initializer=keras.initializers.RandomNormal(stddev=20, seed=seed), name="fc")
    return keras.Model(image, layers.Softmax(name="softmax")(dense(x)))


def region_sum(height, width, region):
    """A network with one activation: the sum of the pixels of a region, over all colours."""
    image = keras.Input((height, width, 3), name="image")
    convolution = layers.Conv2D(1, (height, width), use_bias=False, name="conv1")
    model = keras.Model(image, layers.ReLU(name="relu1")(convolution(image)))
    kernel = np.zeros((height, width, 3, 1), np.float32)
    kernel[region] = 1
    convolution.kernel.assign(kernel)
    return model


def picture(height, width, seed=0):
    return np.random.default_rng(seed).random((height, width, 3), np.float32)


def covered(image, top, left, size, value):
    image = image.copy()
    image[max(top, 0) : max(top + size, 0), max(left, 0) : max(left + size, 0)] = value
    return image


@pytest.mark.parametrize("length", [1, 7, 20, 31])
@pytest.mark.parametrize("size", [1, 4, 9])
@pytest.mark.parametrize("stride", [1, 3, 5])
def test_the_places_of_the_square_are_centred_and_reach_the_whole_side(length, size, stride):
    starts = square_starts(length, size, stride)
    assert len(starts) == -(-length // stride)
    assert np.all(np.diff(starts) == stride)
    before, after = starts[0], length - (starts[-1] + size)
    assert after - before in (0, 1)
    touched = {pixel for start in starts for pixel in range(start, start + size)} & set(range(length))
    assert len(touched) == length or size < stride
    assert all(0 <= start + size / 2 <= length for start in starts)


@pytest.mark.parametrize("shape", [(12, 20), (20, 12), (15, 15)])
@pytest.mark.parametrize("value", [0.5, 0.0, 1.0])
def test_the_map_of_a_network_that_sums_a_region_is_the_analytic_one(shape, value):
    region = np.s_[3:8, 5:9]
    image = picture(*shape)
    result = occlude(region_sum(*shape, region), image, size=4, stride=3, value=value, batch=7)
    inside = np.zeros(shape, bool)
    inside[region] = True
    whole = image[region].sum()
    expected = np.empty((len(result.tops), len(result.lefts)))
    for row, top in enumerate(result.tops):
        for column, left in enumerate(result.lefts):
            hit = inside & covered(np.zeros(shape, bool), top, left, 4, True)
            expected[row, column] = whole - image[hit].sum() + 3 * value * hit.sum()
    assert result.activation.shape == (-(-shape[0] // 3), -(-shape[1] // 3))
    np.testing.assert_allclose(result.activation, expected, rtol=1e-5)
    np.testing.assert_allclose(result.intact_activation, whole, rtol=1e-5)


@pytest.mark.parametrize("batch", [1, 7, 500])
def test_equals_covering_one_place_after_the_other(batch):
    model, image = classifier(), picture(17, 26)
    result = occlude(model, image, layer="relu2", target=2, size=6, stride=2, value=0.3, batch=batch)
    taps = keras.Model(model.input, [model.get_layer("relu2").output, model.output])
    strongest = taps(image[None])[0].numpy()[0].max(axis=(0, 1)).argmax()
    assert result.filter == strongest
    for row, top in enumerate(result.tops):
        for column, left in enumerate(result.lefts):
            maps, probabilities = taps(covered(image, top, left, 6, 0.3)[None])
            total = maps.numpy()[0, ..., strongest].sum(dtype=np.float64)
            np.testing.assert_allclose(result.activation[row, column], total, rtol=1e-4)
            np.testing.assert_allclose(result.probability[row, column], probabilities[0, 2], rtol=1e-4, atol=1e-6)
            assert result.winner[row, column] == np.argmax(probabilities)
    assert len(np.unique(result.winner)) > 1


def test_the_batch_size_does_not_change_the_result():
    model, image = classifier(), picture(20, 14)
    few, many = (occlude(model, image, size=5, stride=3, batch=batch) for batch in (3, 64))
    np.testing.assert_allclose(few.activation, many.activation, rtol=1e-5)
    np.testing.assert_allclose(few.probability, many.probability, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(few.winner, many.winner)


def test_no_more_covered_images_exist_at_once_than_a_batch_and_one_trace_serves_all_places():
    calls = []
    for stride in (8, 1):
        seen = Seen()
        occlude(classifier(first=seen), picture(24, 16), stride=stride, size=8, batch=5)
        calls.append(seen.shapes)
    assert calls[0] == calls[1]
    assert max(shape[0] or 1 for shape in calls[0]) == 5


def test_takes_the_most_probable_class_if_none_is_given():
    model, image = classifier(), picture(16, 16)
    result = occlude(model, image)
    probabilities = model(image[None]).numpy()[0]
    assert result.target == probabilities.argmax()
    np.testing.assert_allclose(result.intact_probability, probabilities.max(), rtol=1e-5)


def test_square_is_a_fifth_of_the_shorter_side_and_its_stride_a_fifth_of_that():
    result = occlude(classifier(), picture(50, 80))
    assert (result.size, result.stride) == (10, 2)
    assert result.activation.shape == (25, 40)


def test_projection_is_that_of_the_whole_map_of_the_filter():
    model, image = classifier(), picture(16, 20)
    result = occlude(model, image, layer="relu1")
    chosen = {"image": image[None], "filter": tf.constant([result.filter])}
    expected = Deconv(model, "relu1", position="map")(chosen)["projection"][0]
    np.testing.assert_allclose(result.projection, expected, rtol=1e-5, atol=1e-6)
    assert result.projection.any()


def test_a_network_without_classes_gives_the_feature_maps_alone():
    whole = classifier()
    model = keras.Model(whole.input, whole.get_layer("relu2").output)
    result = occlude(model, picture(16, 16))
    assert result.layer == "relu2"
    assert (result.target, result.probability, result.intact_probability, result.winner) == (None,) * 4


def test_a_softmax_that_is_fused_into_a_dense_layer_gives_classes():
    image = keras.Input((8, 8, 3))
    x = layers.Conv2D(2, 3, activation="relu")(image)
    model = keras.Model(image, layers.Dense(3, activation="softmax")(layers.Flatten()(x)))
    assert occlude(model, picture(8, 8)).winner is not None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layer": "relu3"}, "unknown layer 'relu3'; did you mean 'relu"),
        ({"layer": "fc"}, "'fc' has no feature maps; there is: relu1, relu2"),
        ({"target": 4}, "there is no class 4; the network has 4, counted from 0"),
        ({"target": -1}, "there is no class -1"),
        ({"size": 0}, "size is 0; it must be a number not below 1"),
        ({"size": 5, "stride": 0}, "stride is 0; it must be a number not below 1"),
        ({"value": 1.5}, "value is 1.5; it must be a number not above 1"),
        ({"batch": 0}, "batch is 0; it must be a number not below 1"),
        ({"colour": 0}, "unknown setting 'colour'; there is: layer, size, stride, value, batch"),
    ],
)
def test_refuses_what_there_is_not(options, message):
    with pytest.raises(InputError, match=message):
        occlude(classifier(), picture(16, 16), **options)


def test_refuses_a_class_of_a_network_without_classes():
    with pytest.raises(InputError, match=r"class 1 was asked for, but .* does not end in the softmax"):
        occlude(region_sum(6, 6, np.s_[:2, :2]), picture(6, 6), target=1)


def test_refuses_an_image_of_a_size_that_the_network_does_not_take():
    with pytest.raises(InputError, match="takes images of 9x6 pixels only, not of 8x6"):
        occlude(region_sum(6, 9, np.s_[:2, :2]), picture(6, 8))


def test_tells_how_far_it_is():
    told = []
    occlude(classifier(), picture(12, 12), stride=4, size=4, batch=4, on_progress=lambda *so_far: told.append(so_far))
    assert told == [(4, 9), (8, 9), (9, 9)]


@pytest.mark.parametrize("image", ["castle.jpg", np.zeros((8, 8), np.float32)])
def test_what_is_no_image_is_refused_in_a_sentence(image):
    with pytest.raises(InputError, match=r"(cannot read|an image has the shape \(8, 8\))"):
        occlude(classifier(), image)
