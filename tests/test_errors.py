import pytest

from nst_tf.errors import InputError, NstError, SettingError, nearest, unknown


def test_an_unknown_name_is_quoted_with_the_nearest_and_with_all_there_are():
    error = unknown("layer", "relu4_9", ["relu4_1", "pool4"])
    assert str(error) == "unknown layer 'relu4_9'; did you mean 'relu4_1'? there is: relu4_1, pool4"
    assert isinstance(error, (InputError, NstError, ValueError))


def test_a_name_like_none_gets_no_suggestion():
    assert str(unknown("layer", "xyz", ["relu4_1"])) == "unknown layer 'xyz'; there is: relu4_1"


def test_very_many_names_are_not_all_listed():
    line = str(unknown("layer", "conv", [f"layer{number}" for number in range(200)]))
    assert line.endswith("layer59 and 140 more")


@pytest.mark.parametrize(
    ("name", "found"),
    [("siez", "size"), ("out", "output"), ("mask", None), ("mesh", None), ("", None), ("fast", "fast")],
)
def test_only_what_is_near_is_suggested(name, found):
    assert nearest(name, ["fast", "size", "output", "smooth"]) == found


def test_a_setting_is_told_by_another_name_and_what_only_holds_it_is_left():
    error = SettingError(
        "size is 'size', of a/size.png and size-2; a size of 3 with first_size fits", "size", "first_size"
    )
    told = error.told(lambda name: f"--{name.replace('_', '-')}")
    assert told == "--size is 'size', of a/size.png and size-2; a --size of 3 with --first-size fits"
    assert str(error).startswith("size is")
