"""Opens a network by its name, its file or the folder of its training run."""

import os
from pathlib import Path

import keras

import nst_tf.layers  # noqa: F401 - makes our layers known to Keras
from nst_tf.backbones.load import load_backbone
from nst_tf.backbones.registry import WEIGHTS
from nst_tf.errors import InputError, unknown

__all__ = ["class_names", "open_network"]

MODEL_FILE = "model.keras"
CLASSES_FILE = "classes.txt"


def _model_file(name_or_path: str | os.PathLike) -> Path:
    path = Path(name_or_path)
    if not path.exists() and path.name == str(name_or_path) and not path.suffix:
        raise unknown("network", path.name, WEIGHTS)
    file = path / MODEL_FILE if path.is_dir() else path
    if not file.is_file():
        raise InputError(f"there is no file {file}; a network is a .keras file or a folder that holds {MODEL_FILE}")
    return file


def open_network(name_or_path: str | os.PathLike) -> keras.Model:
    """A network from its name or from the disk, not compiled.

    Args:
        name_or_path: A name in `WEIGHTS`, such as `"alexnet"`, or a `.keras` file, or a folder that holds `model.keras`
            such as that of a training run. A name comes before a file of that name.

    Raises:
        InputError: It is none of these, or the file is no Keras model.
        NstError: Its weights cannot be downloaded or read.
    """
    if str(name_or_path) in WEIGHTS:
        return load_backbone(str(name_or_path))
    file = _model_file(name_or_path)
    try:
        return keras.saving.load_model(file, compile=False)
    except Exception as error:  # Of any kind: Keras passes on what its layers and its file formats raise.
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise InputError(f"cannot open {file} as a Keras model: {reason}") from error


def class_names(name_or_path: str | os.PathLike) -> list[str] | None:
    """The names of a network's classes in the order of its outputs, from `classes.txt` beside its file, a line each.

    Args:
        name_or_path: As for `open_network`.

    Returns:
        The names, or `None` if there is no such file.

    Raises:
        InputError: There is no such network, or the file is no text.
    """
    if str(name_or_path) in WEIGHTS:
        return None
    file = _model_file(name_or_path).with_name(CLASSES_FILE)
    try:
        return file.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {file}: {error}") from error
