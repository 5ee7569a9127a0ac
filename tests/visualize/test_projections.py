import keras
import numpy as np
import pytest

from nst_tf.backbones import load_backbone
from nst_tf.backbones.graph import Graph
from nst_tf.errors import InputError
from nst_tf.images import read_image, resize_image
from nst_tf.images.montage import LABEL
from nst_tf.visualize.deconv import Deconv
from nst_tf.visualize.display import display_projection
from nst_tf.visualize.projection_sheet import projection_sheet
from nst_tf.visualize.projections import deconv

SHAPE = (96, 112)


@pytest.fixture(scope="module")
def alexnet():
    return load_backbone("alexnet")


@pytest.fixture(scope="module")
def image(photos):
    return read_image(photos / "animal" / "dog.jpg").pixels[: SHAPE[0], : SHAPE[1]]


@pytest.fixture(scope="module")
def maps(alexnet, image):
    return Graph(alexnet).features(image[None], ["relu3"])["relu3"].numpy()[0]


def test_the_strongest_filters_are_those_of_the_largest_activations(alexnet, image, maps):
    found = deconv(alexnet, image, "relu3", strongest=20)
    largest = maps.max((0, 1))
    np.testing.assert_array_equal(found.filters, np.argsort(-largest, kind="stable")[:20])
    np.testing.assert_allclose(found.activations, np.sort(largest)[::-1][:20], rtol=1e-4)
    rows, columns = found.positions.T
    np.testing.assert_allclose(maps[rows, columns, found.filters], found.activations, rtol=1e-4)


def test_given_filters_are_projected_as_deconv_does(alexnet, image):
    found = deconv(alexnet, image, "relu3", filters=[7, 3], rule="guided", seed="one")
    network = Deconv(alexnet, "relu3", "guided", seed="one")
    expected = network({"image": image[None], "filter": np.array([7, 3], np.int32)})
    np.testing.assert_array_equal(found.projections, expected["projection"])


def test_a_given_position_and_the_box_that_it_sees(alexnet, image, maps):
    found = deconv(alexnet, image, "relu3", filters=[5], position=(2, 3))
    assert found.activations[0] == pytest.approx(maps[2, 3, 5], rel=1e-4)
    (top, left, bottom, right), projection = found.boxes[0], found.projections[0].copy()
    projection[top:bottom, left:right] = 0
    assert not projection.any()


def test_of_a_whole_map_the_box_is_the_image(alexnet, image):
    found = deconv(alexnet, image, "relu3", filters=[5], position="map")
    np.testing.assert_array_equal(found.boxes, [[0, 0, *SHAPE]])


def test_units_of_a_dense_layer_are_filters():
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, keras.layers.Dense(4, name="units")(keras.layers.Flatten()(inputs)))
    image = np.random.default_rng(0).random((8, 8, 3), np.float32)
    found = deconv(model, image, "units", filters=[2], seed="one")
    kernel = model.get_layer("units").kernel.numpy()
    np.testing.assert_allclose(found.projections[0], kernel[:, 2].reshape(8, 8, 3), rtol=1e-6)
    np.testing.assert_array_equal(found.boxes, [[0, 0, 8, 8]])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"filters": [384]}, "there is no filter 384; the layer has 384, 0 to 383"),
        ({"filters": [-1]}, "there is no filter -1"),
        ({"filters": [0], "position": (5, 0)}, "there is no position .5, 0.; the feature map has 5 rows, 6 columns"),
        ({"filters": [0], "rule": "guide"}, "unknown rule 'guide'; did you mean 'guided'"),
    ],
)
def test_what_does_not_exist_is_refused(alexnet, image, options, message):
    with pytest.raises(InputError, match=message):
        deconv(alexnet, image, "relu3", **options)


def test_an_unknown_layer_is_refused(alexnet, image):
    with pytest.raises(InputError, match="unknown layer 'relu9'; did you mean"):
        deconv(alexnet, image, "relu9", strongest=1)


def test_the_sheet_shows_the_image_with_the_boxes_then_each_projection_cut_to_its_field_and_whole(alexnet, image):
    found = deconv(alexnet, image, "relu3", strongest=2)
    sheet, (height, width) = projection_sheet(found), SHAPE
    shown = sheet[12 + LABEL :, 12:][:height, :width]
    untouched = np.ones(SHAPE, bool)
    for top, left, bottom, right in found.boxes:
        untouched[top:bottom, left:right] = False
        untouched[top + 2 : bottom - 2, left + 2 : right - 2] = True
    np.testing.assert_allclose(shown[untouched], image[untouched], atol=0.51 / 255)
    below = sheet[24 + 2 * LABEL + height :]
    for n, (projection, (top, left, bottom, right)) in enumerate(zip(found.projections, found.boxes, strict=True)):
        cell = below[:height, 12 + n * (height + width + 24) :][:, : height + 12 + width]
        np.testing.assert_array_equal(cell[:, height + 12 :], display_projection(projection))
        field = display_projection(projection[top:bottom, left:right])
        scale = height / max(field.shape[:2])
        enlarged = resize_image(field, tuple(round(side * scale) for side in field.shape[:2]))
        np.testing.assert_array_equal(cell[: enlarged.shape[0], : enlarged.shape[1]], enlarged)


def test_a_projection_of_the_whole_image_is_shown_once(alexnet, image):
    found = deconv(alexnet, image, "relu3", strongest=1, position="map")
    height, width = SHAPE
    assert projection_sheet(found).shape == (2 * (height + LABEL) + 36, width + 24, 3)


@pytest.mark.parametrize("image", ["castle.jpg", np.zeros((8, 8), np.float32)])
def test_what_is_no_image_is_refused_in_a_sentence(alexnet, image):
    with pytest.raises(InputError, match=r"(cannot read|an image has the shape \(8, 8\))"):
        deconv(alexnet, image, "relu3")
