import numpy as np

from nst_tf.images.montage import LABEL, labelled
from nst_tf.recipes.features.sheet import lay_out

IMAGES = np.random.default_rng(0).random((6, 4, 5, 3)).astype(np.float32)


def test_features_fill_a_square():
    sheet = lay_out(IMAGES[:5], "abcde", 1)
    assert sheet.pixels.shape == (2 * (4 + LABEL) + 2, 3 * 5 + 2 * 2, 3)
    np.testing.assert_array_equal(sheet.pixels[-4:, 7:12], IMAGES[4])
    assert sheet.names == ("a", "b", "c", "d", "e")


def test_variants_of_a_feature_stand_in_its_row():
    sheet = lay_out(IMAGES, ["a", "b", "c"], 2)
    assert sheet.pixels.shape == (3 * (4 + LABEL) + 2 * 2, 2 * 5 + 2, 3)
    np.testing.assert_array_equal(sheet.pixels[-4:, 7:], IMAGES[5])
    assert sheet.names == ("a", "a", "b", "b", "c", "c")


def test_every_image_stands_under_its_channel():
    images = np.full((2, 30, 120, 3), 0.5, np.float32)
    sheet = lay_out(images, ["relu3 channel 3", "relu3 channel 17"], 1).pixels
    for number, left in ((3, 0), (17, 122)):
        cell = sheet[:, left : left + 120]
        np.testing.assert_array_equal(cell, labelled(images[0], f"relu3 channel {number}"))
        assert (cell[:LABEL] < 0.5).any()


def test_where_a_name_is_too_long_there_is_its_number():
    image = np.zeros((4, 40, 3), np.float32)
    np.testing.assert_array_equal(labelled(image, "relu3 channel 17"), labelled(image, "17"))
