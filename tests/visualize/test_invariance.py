"""Invariance curves against networks of known behaviour."""

import keras
import numpy as np
import pytest

from nst_tf.backbones.graph import Graph
from nst_tf.errors import InputError
from nst_tf.visualize.invariance import invariance
from nst_tf.visualize.invariance_figure import invariance_figure


def pooled_network(classes=None):
    """The image, a linear convolution, its mean over all positions, and optionally class probabilities."""
    image = keras.Input((None, None, 3), name="image")
    x = keras.layers.Conv2D(4, 3, padding="valid", name="conv")(image)
    x = keras.layers.GlobalAveragePooling2D(name="mean")(x)
    if classes:
        x = keras.layers.Dense(classes, activation="softmax", name="head")(x)
    keras.utils.set_random_seed(3)
    model = keras.Model(image, x)
    for weight in model.weights:
        weight.assign(keras.random.normal(weight.shape))
    return Graph(model)


def identity_network():
    image = keras.Input((None, None, 3), name="image")
    return Graph(keras.Model(image, keras.layers.Activation("linear", name="pixels")(image)))


def square_on_grey(side=24):
    """A centred, symmetric square on a flat background."""
    image = np.full((side, side, 3), 0.5, np.float32)
    image[10:14, 10:14] = (1.0, 0.2, 0.0)
    return image


def noise(*shape):
    return np.random.default_rng(7).random(shape).astype(np.float32)


def test_mean_features_do_not_change_as_an_object_moves_or_turns_by_right_angles_on_a_flat_background():
    turned = invariance(pooled_network(), [square_on_grey()], ["mean"], pixels=range(-7, 8), degrees=(0, 90, 180, 270))
    translation, scale, rotation = (curve.relative("mean") for curve in turned)
    np.testing.assert_allclose(translation, 0, atol=1e-5)
    np.testing.assert_allclose(rotation, 0, atol=1e-5)
    assert np.all(scale[:, 1:] > 1e-3)


def test_distances_of_pixels_are_those_of_the_moved_images():
    images = [noise(12, 12, 3), noise(12, 12, 3) ** 2]
    shifts, turns = (-4, -1, 0, 3, 7), (0, 90, 180)
    translation, _, rotation = invariance(identity_network(), images, ["pixels"], pixels=shifts, degrees=turns, batch=3)
    for row, image in enumerate(images):
        moved = [image[np.clip(np.arange(12) - shift, 0, 11)] for shift in shifts]
        expected = [np.linalg.norm(other - image) for other in moved]
        np.testing.assert_allclose(translation.distances["pixels"][row], expected, rtol=1e-5)
        expected = [np.linalg.norm(np.rot90(image, angle // 90) - image) for angle in turns]
        np.testing.assert_allclose(rotation.distances["pixels"][row], expected, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(translation.norms["pixels"][row], np.linalg.norm(image), rtol=1e-5)


def test_relative_distances_are_divided_by_the_norm_and_undefined_without_features():
    images = [noise(8, 8, 3), np.zeros((8, 8, 3), np.float32)]
    curve = invariance(identity_network(), images, ["pixels"], pixels=(0, 2))[0]
    np.testing.assert_allclose(curve.relative("pixels")[0], curve.distances["pixels"][0] / np.linalg.norm(images[0]))
    assert np.isnan(curve.relative("pixels")[1]).all()


@pytest.mark.parametrize("batch", [1, 5, 64])
def test_the_batch_does_not_matter(batch):
    images = [noise(10, 14, 3), noise(16, 9, 3)]
    for curve, other in zip(
        invariance(pooled_network(3), images, ["conv"], labels=(0, 2), batch=batch),
        invariance(pooled_network(3), images, ["conv"], labels=(0, 2)),
        strict=True,
    ):
        np.testing.assert_allclose(curve.distances["conv"], other.distances["conv"], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(curve.probabilities, other.probabilities, rtol=1e-4, atol=1e-5)


def test_probabilities_are_the_models_own_for_the_true_class():
    graph, image = pooled_network(5), noise(12, 12, 3)
    curve = invariance(graph, [image, image], ["conv"], labels=(4, 1), pixels=(0, 3))[0]
    moved = np.stack([image, image[np.clip(np.arange(12) - 3, 0, 11)]])
    expected = graph.model(moved).numpy()
    np.testing.assert_allclose(curve.probabilities, [expected[:, 4], expected[:, 1]], rtol=1e-4)


def test_layers_are_by_default_the_first_and_the_last_map():
    model = keras.Sequential([keras.Input((None, None, 3))])
    for name in ("one", "two", "three"):
        model.add(keras.layers.Conv2D(2, 3, activation="relu", name=name))
    curves = invariance(Graph(model), [noise(9, 9, 3)], pixels=(0,), ratios=(1,), degrees=(0,))
    assert [list(curve.distances) for curve in curves] == [["one", "three"]] * 3
    assert curves[0].probabilities is None


@pytest.mark.parametrize(
    ("classes", "arguments", "message"),
    [
        (3, {"images": []}, "there are no images"),
        (3, {"ratios": (1, -0.5)}, "the ratio -0.5 is not positive"),
        (3, {"layers": ["cnov"]}, "unknown layer 'cnov'; did you mean 'conv'"),
        (3, {"labels": (1, 2)}, "there are 2 labels for 1 images"),
        (3, {"labels": (3,)}, "the label 3 is none of the 3 classes, 0 to 2"),
    ],
)
def test_refuses_what_cannot_be_measured(classes, arguments, message):
    with pytest.raises(InputError, match=message):
        invariance(pooled_network(classes), **{"images": [noise(8, 8, 3)], "layers": ["conv"]} | arguments)


def test_refuses_labels_for_a_network_without_classes():
    with pytest.raises(InputError, match="is not a classifier"):
        invariance(identity_network(), [noise(8, 8, 3)], ["pixels"], labels=(0,))


def test_the_figure_has_a_row_for_each_transform_and_a_line_for_each_image():
    images = [noise(9, 9, 3), noise(9, 9, 3) ** 2]
    curves = invariance(pooled_network(3), images, ["conv", "mean"], labels=(0, 1))
    axes = invariance_figure(curves, ["first", "second"]).axes
    assert [a.get_title() for a in axes] == ["conv", "mean", "true class"] * 3
    for curve, row in zip(curves, (axes[:3], axes[3:6], axes[6:]), strict=True):
        np.testing.assert_array_equal([line.get_ydata() for line in row[1].lines], curve.relative("mean"))
        np.testing.assert_array_equal([line.get_ydata() for line in row[2].lines], curve.probabilities)


@pytest.mark.parametrize("image", ["castle.jpg", np.zeros((8, 8), np.float32)])
def test_what_is_no_image_is_refused_in_a_sentence(image):
    with pytest.raises(InputError, match=r"(cannot read|an image has the shape \(8, 8\))"):
        invariance(identity_network(), [image], ["pixels"])
