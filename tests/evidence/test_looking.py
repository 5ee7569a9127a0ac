import numpy as np

from nst_tf.evidence.looking import _cells, _similarity, _strongest_tenth


def test_vectors_of_one_direction_are_alike_and_opposite_ones_are_not():
    assert np.isclose(_similarity(np.array([[1.0, 2.0], [2.0, 4.0]])), 1)
    assert np.isclose(_similarity(np.array([[1.0, 0.0], [-3.0, 0.0], [0.0, 1.0]])), -1 / 3)


def test_a_square_of_nine_is_taken_apart_in_reading_order():
    levels = np.arange(9).reshape(3, 3) / 10
    square = np.kron(levels, np.ones((4, 4)))[..., None].repeat(3, 2)
    np.testing.assert_allclose(_cells(square), np.arange(9)[:, None].repeat(48, 1) / 10 - 0.5)


def test_energy_in_the_strongest_tenth_of_the_pixels_that_have_any():
    projection = np.zeros((5, 8, 3))
    projection[:4, :5] = 1  # twenty pixels, of which two are the tenth
    projection[0, :2] = 3
    assert np.isclose(_strongest_tenth(projection), 2 * 27 / (2 * 27 + 18 * 3))
