"""What can be exported, by name. Needs no TensorFlow until something is made."""

import importlib
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nst_tf.backbones.registry import WEIGHTS
from nst_tf.errors import InputError, unknown

__all__ = ["MODELS", "check_name", "make_servable"]

MODELS = ("features", "stylize", "fast-stylize", "dream", "deconv", "texture", "reconstruct")


def check_name(name: str) -> None:
    """Refuses what is neither one of `MODELS` nor a network.

    Raises:
        InputError: It is neither.
    """
    if name not in (*MODELS, *WEIGHTS) and not name.startswith("keras:") and not Path(name).exists():
        raise unknown("model to export", name, [*MODELS, "a .keras file or the folder of a training run"])


def _maker(name: str) -> Callable[..., Any]:
    module = name.replace("-", "_") if name in MODELS else "keras_model"
    return getattr(importlib.import_module(f"nst_tf.export.models.{module}"), module)


def make_servable(name: str, **options: Any):
    """Makes what is to be exported, a `Servable`.

    Args:
        name: One of `MODELS`, or a network as for `open_network`.
        **options: Keywords of its maker; `None` for their defaults.

    Raises:
        InputError: There is no such model, or it cannot be made as asked.
    """
    check_name(name)
    maker, options = _maker(name), {key: value for key, value in options.items() if value is not None}
    places = () if name in MODELS else (name,)
    taken = list(inspect.signature(maker).parameters)[len(places) :]
    for option in options:
        if option not in taken:
            has = f"it has {', '.join(taken)}" if taken else "it has none"
            raise InputError(f"{name} is exported without the option {option!r}; {has}")
    return maker(*places, **options)
