import numpy as np
import pytest
import tensorflow as tf

from nst_tf.export.signature.images import PixelImage
from nst_tf.export.signature.inputs import Input, first_problem, problem_if

SIZE = Input("size", tf.int32, "", (), 512, 32, 1024)
STRENGTH = Input("strength", tf.float32, "", (), 1.0, 0, 1)
STEPS = Input("steps", tf.int32, "", (None,), [1], 1, 200)
INIT = Input("init", tf.string, "", (), "content", choices=("content", "noise"))


@pytest.mark.parametrize(
    ("given", "value", "problem"),
    [
        (SIZE, 32, ""),
        (SIZE, 31, "size is 31; it must be from 32 to 1024"),
        (SIZE, 2**31 - 1, "size is 2147483647; it must be from 32 to 1024"),
        (STRENGTH, 1.0, ""),
        (STRENGTH, 1.5, "strength is 1.5; it must be from 0 to 1"),
        (STRENGTH, np.nan, "strength is nan; it must be from 0 to 1"),
        (STRENGTH, -np.inf, "strength is -inf; it must be from 0 to 1"),
        (STEPS, [1, 200], ""),
        (STEPS, [40, 201, 3], "steps is 40, 201, 3; it must be from 1 to 200"),
        (STEPS, np.zeros(0), "steps is ; it must be from 1 to 200"),
        (INIT, "noise", ""),
        (INIT, "nois", "init is nois; it must be one of content, noise"),
    ],
)
def test_values_are_refused_by_name(given, value, problem):
    assert given.problem(tf.cast(value, given.dtype) if given.dtype != tf.string else tf.constant(value)) == problem


@pytest.mark.parametrize(
    ("shape", "value", "problem"),
    [
        ((4, 5, 3), 1, ""),
        ((0, 5, 3), 1, "image has the shape 0x5x3; an image must have pixels"),
        ((1, 51, 3), 1, "image has the shape 1x51x3; a side may be 50 times as long as the other"),
        ((2, 10, 11, 3), 1, "image has the shape 2x10x11x3; at most 200 pixels are taken"),
        ((4, 5, 3), 1.01, "image has values not in [0, 1]"),
        ((4, 5, 3), np.nan, "image has values not in [0, 1]"),
    ],
)
def test_pixels_are_refused_by_name(shape, value, problem):
    assert PixelImage("image", "", pixels=200).problem(tf.fill(shape, tf.cast(value, tf.float32))) == problem


def test_the_first_problem_counts():
    assert first_problem([problem_if(tf.constant(False), "a"), problem_if(tf.constant(True), "b", 7), "c"]) == "b7"
    assert first_problem([]) == ""


def test_a_default_is_a_batch_of_one():
    np.testing.assert_array_equal(STEPS.batched_default, [[1]])
    assert Input("image", tf.string, "").batched_default is None
