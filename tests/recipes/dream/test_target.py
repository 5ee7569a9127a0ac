import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.recipes.dream.target import DreamTarget, read_target

SHAPE = (None, None, None, 8)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("relu4_3", ("relu4_3", None, None)),
        ("inner/relu:0", ("inner/relu", 0, None)),
        ("relu4_3:17:0.5:0", ("relu4_3", 17, (0.5, 0.0))),
    ],
)
def test_reads_a_layer_a_channel_or_a_place(text, expected):
    assert read_target(text) == DreamTarget(text, *expected)


@pytest.mark.parametrize(
    "text", ["", ":3", "a:", "a:b", "a:-1", "a:1:0.5", "a:1:0.5:1", "a:1:-0.1:0", "a:1:0:0:0", "a:1:x:0"]
)
def test_what_is_none_of_these_is_refused(text):
    with pytest.raises(InputError, match="is none of LAYER, LAYER:CHANNEL and LAYER:CHANNEL:Y:X"):
        read_target(text)


def test_a_place_is_the_unit_at_that_fraction_of_maps_of_any_size():
    target = read_target("a:1:0.5:0.99")
    np.testing.assert_array_equal(target.unit((1, 10, 20, 8)), [5, 19])
    np.testing.assert_array_equal(target.unit((1, 1, 1, 8)), [0, 0])
    assert read_target("a:1").unit((1, 10, 20, 8)) is None


@pytest.mark.parametrize(
    ("text", "guided", "tiled", "message"),
    [
        ("a:8", False, False, "^a:8: a has the channels 0 to 7$"),
        ("a:7", True, False, "^a:7 is a part of a layer; with a guide, name whole layers, such as a$"),
        ("a:7:0:0", False, True, "^a:7:0:0 is one place of the image; it cannot be looked at in tiles$"),
    ],
)
def test_what_the_layer_or_the_recipe_cannot_give_is_refused(text, guided, tiled, message):
    with pytest.raises(InputError, match=message):
        read_target(text).check(SHAPE, guided, tiled)


def test_what_can_be_given_is_not_refused():
    assert read_target("a:7:0:0").check(SHAPE, False, False) is None
    assert read_target("a:7").check(SHAPE, False, True) is None
    assert read_target("a").check(SHAPE, True, True) is None
