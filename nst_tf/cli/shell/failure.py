"""What a failure is for the user: an exit status and one line."""

from nst_tf.errors import InputError, NstError, SettingError

__all__ = ["describe", "is_expected", "one_line", "option"]


def one_line(text: str) -> str:
    """`text` without line breaks, which file names may contain."""
    return "\\n".join(text.splitlines())


def option(setting: str) -> str:
    """The option for a setting."""
    return f"--{setting.replace('_', '-')}"


def describe(error: Exception) -> tuple[int, str]:
    """The exit status for an error, and what to tell the user of it."""
    if isinstance(error, SettingError):
        return 2, one_line(error.told(option))
    if isinstance(error, NstError):
        return (2 if isinstance(error, InputError) else 1), one_line(str(error))
    if _is_memory(error):
        return 1, "there is not enough memory for a picture of this size; choose a smaller --size"
    if isinstance(error, OSError):
        reason = (error.strerror or str(error)).lower()
        return 1, one_line(f"{error.filename}: {reason}" if error.filename else reason)
    detail = one_line(f"{type(error).__name__}: {error}")
    return 1, f"internal error ({detail}); run with --debug to see where it comes from"


def is_expected(error: Exception) -> bool:
    """Whether an error is one of the input or of the machine, so that other inputs may still succeed."""
    return isinstance(error, (NstError, OSError)) or _is_memory(error)


def _is_memory(error: Exception) -> bool:
    # TensorFlow's class by its name: this module must not import it.
    names = [one.__name__ for one in type(error).__mro__]
    return isinstance(error, MemoryError) or "ResourceExhaustedError" in names
