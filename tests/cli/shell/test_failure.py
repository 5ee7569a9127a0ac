import errno

import pytest

from nst_tf.cli.shell.failure import describe, is_expected
from nst_tf.errors import InputError, NstError, SettingError


class OpError(Exception):
    """Named as TensorFlow's."""


class ResourceExhaustedError(OpError):
    """Likewise."""


@pytest.mark.parametrize(
    ("error", "status", "text", "expected"),
    [
        (InputError("bad size"), 2, "bad size", True),
        (SettingError("style_blend has 1 share", "style_blend"), 2, "--style-blend has 1 share", True),
        (NstError("no disk"), 1, "no disk", True),
        (NstError("a\nb"), 1, "a\\nb", True),
        (MemoryError(), 1, "not enough memory", True),
        (ResourceExhaustedError("OOM when allocating"), 1, "smaller --size", True),
        (ResourceExhaustedError("out/r; No space left on device"), 1, "out/r: no space left on device", True),
        (OSError(errno.ENOSPC, "No space left on device"), 1, "no space left on device", True),
        (PermissionError(errno.EACCES, "Permission denied", "a.png"), 1, "a.png: permission denied", True),
        (ZeroDivisionError("by\nzero"), 1, "internal error (ZeroDivisionError: by\\nzero); run with --debug", False),
    ],
)
def test_status_and_line(error, status, text, expected):
    number, line = describe(error)
    assert number == status
    assert text in line
    assert "\n" not in line
    assert is_expected(error) is expected
