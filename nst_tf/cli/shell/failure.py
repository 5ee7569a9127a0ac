"""What a failure is for the user: an exit status and one line."""

from nst_tf.errors import InputError, NstError, SettingError, system_error

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
    system = system_error(error)
    if system is not None:
        reason = (system.strerror or str(system)).lower()
        return 1, one_line(f"{system.filename}: {reason}" if system.filename else reason)
    if _is_memory(error):
        return 1, "there is not enough memory; choose a smaller --size or --batch, where there is one"
    detail = one_line(f"{type(error).__name__}: {error}")
    return 1, f"internal error ({detail}); run with --debug to see where it comes from"


def is_expected(error: Exception) -> bool:
    """Whether an error is one of the input or of the machine, so that other inputs may still succeed."""
    return isinstance(error, NstError) or system_error(error) is not None or _is_memory(error)


def _is_memory(error: Exception) -> bool:
    # TensorFlow's class by its name: this module must not import it.
    names = [one.__name__ for one in type(error).__mro__]
    return isinstance(error, MemoryError) or "ResourceExhaustedError" in names
