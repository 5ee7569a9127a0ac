import itertools

import pytest

from nst_tf.recipes.scales import scale_sizes, scale_steps


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


@pytest.mark.parametrize(
    ("steps", "scales", "expected"), [((40, 25, 20), 2, [40, 25]), ((40, 25), 4, [40, 25, 25, 25]), ((7,), 1, [7])]
)
def test_the_last_number_of_steps_holds_for_all_further_scales(steps, scales, expected):
    assert scale_steps(steps, scales) == expected
