"""Sizes, colours and files of pictures in a graph, against what the package does with NumPy and Pillow."""

import io

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from nst_tf.backbones import fit_image
from nst_tf.canvas.sizes import fit_shortest
from nst_tf.export.signature.examples import example_pixels
from nst_tf.export.signature.pictures import display, encode_png, fill
from nst_tf.visualize.display import display_projection


def network(rows, columns):
    return keras.Sequential([keras.Input((rows, columns, 3)), keras.layers.ReLU()])


@pytest.mark.parametrize("shape", [(40, 60), (60, 41), (33, 33)])
def test_the_shortest_side_and_the_middle_are_those_of_fit_image(shape):
    image = example_pixels("auvers", 64)[: shape[0], : shape[1]]
    assert tuple(fit_shortest(tf.shape(image)[:2], 50).numpy()) == fit_image(network(None, None), image, 50).shape[:2]
    for rows, columns in ((32, 32), (48, 30)):
        expected = fit_image(network(rows, columns), image)
        np.testing.assert_allclose(fill(tf.constant(image), rows, columns), expected, atol=1e-4)


def test_a_projection_is_shown_as_in_figures():
    projection = np.random.default_rng(0).normal(size=(9, 11, 3)).astype(np.float32) ** 3
    projection[:4] = 0
    np.testing.assert_allclose(display(tf.constant(projection)), display_projection(projection), atol=1e-6)
    np.testing.assert_array_equal(display(tf.zeros([2, 2, 3])), np.full((2, 2, 3), 0.5))


def test_a_file_holds_the_nearest_values():
    picture = np.random.default_rng(0).random((5, 6, 3)).astype(np.float32)
    shown = np.asarray(Image.open(io.BytesIO(encode_png(tf.constant(picture)).numpy())))
    np.testing.assert_array_equal(shown, np.round(picture * 255))
