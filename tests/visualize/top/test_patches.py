import keras
import numpy as np
import pytest

from nst_tf.backbones import load_backbone
from nst_tf.backbones.graph import Graph
from nst_tf.backbones.receptive_field import receptive_field
from nst_tf.errors import InputError
from nst_tf.images import resize
from nst_tf.visualize.deconv import Deconv
from nst_tf.visualize.top.patches import LARGEST, PatchProjector

from ..networks import photograph, randomize

layers = keras.layers


def cut(pixels, span, fill):
    """The pixels in a span, pixel by pixel."""
    top, left, bottom, right = span
    made = np.full((bottom - top, right - left, 3), fill, np.float32)
    for row in range(max(top, 0), min(bottom, len(pixels))):
        for column in range(max(left, 0), min(right, len(pixels))):
            made[row - top, column - left] = pixels[row, column]
    return made


def assert_cut_from_the_whole(model, layer, side, rule="deconvnet"):
    """Compares patches at corners, edges and inside with cuts from the projections of the whole image."""
    image = photograph(side)
    maps = Graph(model).features(image[None], [layer])[layer].numpy()[0]
    rows, columns = maps.shape[:2]
    positions = [(0, 0), (0, columns - 1), (rows - 1, 0), (rows - 1, columns - 1)]
    positions += [(rows // 2, columns // 2), (0, columns // 3), (rows // 3, columns - 1), (rows - 2, 1)]
    filters = np.array([maps[at].argmax() for at in positions], np.int32)
    positions = np.array(positions, np.int32)
    projector = PatchProjector(model, layer, side, rule, batch=3)
    found = projector([image] * len(positions), filters, positions)
    whole = Deconv(model, layer, rule, position="given")(
        {"image": image[None], "filter": filters, "position": positions}
    )["projection"].numpy()
    field = receptive_field(Graph(model), layer, side, side)
    for n, position in enumerate(positions):
        span = field.span(position)
        outside = whole[n].copy()
        outside[max(span[0], 0) : max(span[2], 0), max(span[1], 0) : max(span[3], 0)] = 0
        assert not outside.any()
        patch, projection = cut(image, span, 0.5), cut(whole[n], span, 0)
        if patch.shape[:2] != (projector.side, projector.side):
            patch, projection = (resize(part, (projector.side,) * 2) for part in (patch, projection))
        np.testing.assert_allclose(found.patches[n] / 255, patch.clip(0, 1), atol=0.51 / 255)
        scale = np.abs(projection).max()
        np.testing.assert_allclose(found.scales[n], scale, rtol=1e-4)
        np.testing.assert_allclose(found.projections[n] * (found.scales[n] / 127), projection, atol=scale * 0.51 / 127)
    return projector, found


@pytest.mark.parametrize("layer", ["relu1", "relu2", "relu3", "relu4", "relu5"])
def test_patches_are_cut_from_the_projection_of_the_whole_image(layer):
    projector, found = assert_cut_from_the_whole(load_backbone("alexnet"), layer, 200)
    assert found.patches.dtype == np.uint8
    assert found.projections.dtype == np.int8
    assert projector.side == min(projector.field.size[0], LARGEST)


def test_patches_of_vgg16():
    assert_cut_from_the_whole(load_backbone("vgg16"), "relu3_3", 97)


@pytest.mark.parametrize("rule", ["guided", "gradient"])
def test_patches_of_the_other_rules(rule):
    assert_cut_from_the_whole(load_backbone("alexnet"), "relu3", 119, rule)


@pytest.mark.parametrize("side", [61, 62, 64])
@pytest.mark.parametrize("strides", [(2, 2), (3, 2), (1, 3)])
def test_same_padding_and_any_strides_and_sides(side, strides):
    model = keras.Sequential(
        [
            keras.Input((None, None, 3)),
            layers.Conv2D(4, 3, strides=strides, padding="same", activation="relu"),
            layers.Conv2D(4, 3, strides=2 if strides[0] == strides[1] else 1, padding="same"),
            layers.ReLU(),
            layers.MaxPooling2D(3, strides=2, padding="same"),
            layers.Conv2D(5, 2, padding="same", dilation_rate=2, name="last"),
        ]
    )
    assert_cut_from_the_whole(randomize(model), "last", side)


def test_networks_of_one_image_size_are_given_whole_images():
    model = keras.Sequential(
        [keras.Input((40, 40, 3)), layers.Conv2D(4, 5, strides=2, activation="relu"), layers.Conv2D(5, 3, name="last")]
    )
    assert_cut_from_the_whole(randomize(model), "last", 40)


def test_units_that_see_the_whole_image_have_it_as_their_patch():
    model = keras.Sequential(
        [keras.Input((40, 40, 3)), layers.Conv2D(4, 5, strides=4, activation="relu"), layers.Flatten(), layers.Dense(3)]
    )
    layer, image = model.layers[-1].name, photograph(40)
    projector = PatchProjector(randomize(model), layer, 40)
    found = projector([image] * 2, np.array([0, 2], np.int32), np.zeros((2, 2), np.int32))
    np.testing.assert_allclose(found.patches[0] / 255, image, atol=0.51 / 255)
    whole = Deconv(model, layer)({"image": image[None], "filter": np.array([0, 2], np.int32)})["projection"].numpy()
    for n in range(2):
        scale = np.abs(whole[n]).max()
        np.testing.assert_allclose(found.projections[n] * (found.scales[n] / 127), whole[n], atol=scale * 0.51 / 127)


def test_each_projection_is_of_its_own_image():
    model, layer = load_backbone("alexnet"), "relu2"
    frames = [photograph(119, name) for name in ("animal/dog", "fish/fish7", "tool/hammer1")]
    filters, positions = np.array([3, 9, 40], np.int32), np.array([[2, 3], [5, 5], [0, 1]], np.int32)
    together = PatchProjector(model, layer, 119, batch=2)(frames, filters, positions)
    for n in range(3):
        alone = PatchProjector(model, layer, 119, batch=2)(frames[n : n + 1], filters[n : n + 1], positions[n : n + 1])
        np.testing.assert_array_equal(together.patches[n], alone.patches[0])
        np.testing.assert_allclose(together.scales[n], alone.scales[0], rtol=1e-5)


def test_a_layer_that_cannot_be_projected_is_refused_at_once():
    model = keras.Sequential([keras.Input((None, None, 3)), layers.Conv2D(4, 3), layers.LeakyReLU(name="leaky")])
    with pytest.raises(InputError, match="'leaky'"):
        PatchProjector(model, "leaky", 20)
    with pytest.raises(InputError, match="unknown layer"):
        PatchProjector(model, "relu", 20)
