"""Controls: what a request to an exported model may set. Needs no TensorFlow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from nst_tf.settings.presets import Presets
from nst_tf.settings.setting import Setting

__all__ = ["Control", "controls"]


@dataclass(frozen=True)
class Control:
    """An input of an exported model beside its images.

    Attributes:
        name: Of the input.
        kind: `bool`, `int`, `float` or `str`: the type of its value, or of each of its values.
        help: What it is, for people.
        unit: What its value is called where it is to be given.
        default: Of the input; a list if it holds several values.
        least: The least number that may be asked for.
        most: The largest one.
        choices: The words that may be asked for, in place of numbers; empty if those of the model are not known.
        setting: The name of the setting that it is; empty if it is none.
    """

    name: str
    kind: type
    help: str
    unit: str
    default: Any = None
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    setting: str = ""

    @property
    def several(self) -> bool:
        """Whether it holds several values."""
        return isinstance(self.default, list)


def controls(presets: Presets) -> tuple[Control, ...]:
    """The controls of a model that is exported with the preset `default`: the settings that are served.

    Args:
        presets: Of the recipe.
    """
    return tuple(
        _control(name, about, presets.types[name], getattr(presets["default"], name))
        for name, about in presets.about.items()
        if about.served is not None
    )


def _control(name: str, about: Setting, hint: Any, default: Any) -> Control:
    served = about.served
    default = default if served.default is None else served.default
    return Control(
        served.name or name,
        str if served.choices else next((one for one in (bool, int) if one in _parts(hint)), float),
        served.help or about.help,
        about.unit,
        _plain(default, served.scalar),
        served.least,
        served.most,
        served.choices,
        name,
    )


def _parts(hint: Any) -> tuple:
    """The types that an annotation is made of."""
    return (hint, *(inner for part in get_args(hint) for inner in _parts(part)), get_origin(hint))


def _plain(default: Any, scalar: bool) -> Any:
    """A default as an input has it."""
    if isinstance(default, Mapping):
        return list(default.values())
    if isinstance(default, Sequence) and not isinstance(default, str):
        return default[0] if scalar else list(default)
    return default
