import errno

import pytest
import tensorflow as tf

from nst_tf.errors import InputError, NstError, SettingError, nearest, system_error, unknown


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
    ("kind", "message", "expected"),
    [
        (tf.errors.ResourceExhaustedError, "out/1/r; No space left on device", (errno.ENOSPC, "out/1/r")),
        (
            tf.errors.ResourceExhaustedError,
            "{{function_node __wrapped__SaveV2_device_CPU:0}} a b; Disk quota exceeded [Op:SaveV2]",
            (errno.EDQUOT, "a b"),
        ),
        (
            tf.errors.ResourceExhaustedError,
            "logs/e; Too many open files\n\tCould not initialize events writer.",
            (errno.EMFILE, "logs/e"),
        ),
        (tf.errors.UnknownError, "out/v; Input/output error", (errno.EIO, "out/v")),
    ],
)
def test_what_the_system_refused_is_read_from_tensorflows_message(kind, message, expected):
    found = system_error(kind(None, None, message))
    assert (found.errno, found.filename) == expected


@pytest.mark.parametrize(
    "error",
    [
        tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor with shape[17179869184]"),
        MemoryError("a; No space left on device"),
        InputError("a; No space left on device"),
    ],
)
def test_other_errors_are_no_refusals_of_the_system(error):
    assert system_error(error) is None


def test_an_error_of_the_system_is_its_own():
    error = OSError(errno.ENOSPC, "No space left on device")
    assert system_error(error) is error


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
