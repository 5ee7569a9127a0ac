import numpy as np

from nst_tf.recipes.features.sheet import lay_out

IMAGES = np.random.default_rng(0).random((6, 4, 5, 3)).astype(np.float32)


def test_features_fill_a_square():
    sheet = lay_out(IMAGES[:5], "abcde", 1)
    assert sheet.pixels.shape == (2 * 4 + 2, 3 * 5 + 2 * 2, 3)
    np.testing.assert_array_equal(sheet.pixels[6:, 7:12], IMAGES[4])
    assert sheet.names == ("a", "b", "c", "d", "e")


def test_variants_of_a_feature_stand_in_its_row():
    sheet = lay_out(IMAGES, ["a", "b", "c"], 2)
    assert sheet.pixels.shape == (3 * 4 + 2 * 2, 2 * 5 + 2, 3)
    np.testing.assert_array_equal(sheet.pixels[12:, 7:], IMAGES[5])
    assert sheet.names == ("a", "a", "b", "b", "c", "c")
