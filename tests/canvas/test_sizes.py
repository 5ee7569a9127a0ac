import itertools
import math

import pytest
import tensorflow as tf

from nst_tf import images
from nst_tf.canvas import sizes
from nst_tf.canvas.sizes import fit, measured_size

SHAPES = [(683, 1024), (1024, 683), (1, 50), (333, 333), (67, 100), (5000, 101), (3, 2)]


def plain(tensor):
    return [tuple(map(int, row)) for row in tensor.numpy()]


in_graph = tf.function(sizes.scale_sizes, autograph=False)


def scale_sizes(own, *others):
    """The sizes out of a graph, and that they are the same in one."""
    made = plain(sizes.scale_sizes(tf.constant(own), *others))
    assert plain(in_graph(tf.constant(own), *map(tf.constant, others))) == made
    return made


def scale_steps(steps, scales):
    return sizes.scale_steps(steps, scales).numpy().tolist()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("longest", [32, 107, 224, 1023])
def test_the_longest_side_is_fitted_as_images_are(shape, longest):
    assert tuple(fit(tf.constant(shape), longest).numpy()) == images.fit(shape, longest)


@pytest.mark.parametrize("shape", [(683, 1024), (1024, 100), (300, 300)])
@pytest.mark.parametrize("size", [40, 128, 129, 256, 300, 512, 1024])
@pytest.mark.parametrize(("first", "growth", "least"), [(128, 2.0, 8), (64, 1.42, 16), (2**16, 2.0, 8)])
def test_sizes_are_those_of_plain_arithmetic(shape, size, first, growth, least):
    short, long = sorted(shape)
    begin = min(size, max(first, math.ceil(least * long / short)))
    count = math.ceil(round(math.log(size / begin, growth), 6))
    longest = [round(begin * (size / begin) ** (index / count)) for index in range(count)]
    assert scale_sizes(shape, size, first, growth, least) == [images.fit(shape, side) for side in [*longest, size]]


@pytest.mark.parametrize(("own", "longest", "size"), [((100, 50), 64.4, (64, 32)), ((400, 8), 100, (800, 16))])
def test_an_image_is_measured_as_asked_but_no_side_is_too_short_for_the_network(own, longest, size):
    assert tuple(measured_size(tf.constant(own), longest, 16).numpy()) == size


def test_scales_grow_in_even_ratios_up_to_the_wanted_size():
    sizes = scale_sizes((300, 400), 512, 128, 2.0, 16)
    assert sizes == [(96, 128), (192, 256), (384, 512)]


def test_growth_is_never_more_than_asked_for():
    longest = [max(size) for size in scale_sizes((400, 300), 500, 128, 1.5, 16)]
    assert longest[0] == 128
    assert longest[-1] == 500
    assert all(b / a <= 1.5 * 1.01 for a, b in itertools.pairwise(longest))


def test_a_picture_not_larger_than_the_first_scale_has_one_scale():
    assert scale_sizes((100, 50), 128, 128, 2.0, 16) == [(128, 64)]
    assert scale_sizes((100, 50), 64, 128, 2.0, 16) == [(64, 32)]


def test_the_first_scale_is_larger_where_the_short_side_would_be_too_small_for_the_network():
    sizes = scale_sizes((100, 1000), 1024, 128, 2.0, 16)
    assert min(sizes[0]) >= 16
    assert sizes[-1] == (102, 1024)


@pytest.mark.parametrize("own", [(683, 1024), (100, 1000)])
@pytest.mark.parametrize("size", [128, 200, 384, 512, 1024])
def test_a_preview_is_made_on_the_first_scales_of_the_picture(own, size):
    longest = int(sizes.longest_made(tf.constant(own), size, True, 16))
    whole, preview = (scale_sizes(own, size, 128, 2.0, 16, most) for most in (size, longest))
    assert preview == [one for one in whole if max(one) <= 256]
    assert longest == min(size, 256)
    assert int(sizes.longest_made(tf.constant(own), size, False, 16)) == size
    assert [int(sizes.longest_shown(size, preview)) for preview in (True, False)] == [min(size, 192), size]


def test_a_preview_of_a_thin_picture_is_as_large_as_the_network_needs():
    assert int(sizes.longest_made(tf.constant((100, 3000)), 2000, True, 16)) == 480


@pytest.mark.parametrize(
    ("steps", "scales", "expected"), [((40, 25, 20), 2, [40, 25]), ((40, 25), 4, [40, 25, 25, 25]), ((7,), 1, [7])]
)
def test_the_last_number_of_steps_holds_for_all_further_scales(steps, scales, expected):
    assert scale_steps(steps, scales) == expected
