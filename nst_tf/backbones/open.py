"""Opens a network by its name, its file or its folder."""

import os
import zipfile
from collections.abc import Hashable
from pathlib import Path

import keras

from nst_tf.backbones.applications import PREFIX, load_application
from nst_tf.backbones.graph import Graph, as_functional, replay
from nst_tf.backbones.precision import dtype_policy, for_this_machine, in_bfloat16, policy_of
from nst_tf.backbones.preprocessing import PREPROCESSING
from nst_tf.backbones.pretrained import load_backbone
from nst_tf.backbones.registry import WEIGHTS
from nst_tf.backbones.saved_model import is_saved_model, load_saved_model
from nst_tf.errors import InputError, SettingError, unknown
from nst_tf.layers import Preprocess

__all__ = ["class_names", "file_identity", "load_model_file", "network_identity", "open_network"]

MODEL_FILE = "model.keras"
CLASSES_FILE = "classes.txt"
OURS = "preprocess"  # the layer of a network that takes images in [0, 1]


def _model_file(name_or_path: str | os.PathLike) -> Path:
    path = Path(name_or_path)
    if not path.exists() and path.name == str(name_or_path) and not path.suffix:
        raise unknown("network", path.name, [*WEIGHTS, f"{PREFIX}NAME for a Keras application"])
    file = path / MODEL_FILE if path.is_dir() else path
    if not file.is_file():
        raise InputError(
            f"there is no file {file}; a network is a .keras file, a folder that holds {MODEL_FILE}, or a SavedModel"
        )
    return file


def load_model_file(file: Path, *, compile: bool = False) -> keras.Model:
    """The model of a `.keras` file. Code of its own, as of a `Lambda` layer, is not run.

    Args:
        file: Where it is.
        compile: Whether with its optimizer.

    Raises:
        InputError: It cannot be read, is damaged, or is no Keras model.
    """
    try:
        # Of what is no archive, Keras says that it is not there.
        if file.suffix == ".keras" and not zipfile.is_zipfile(file):
            raise InputError("it is truncated or damaged, or no .keras file")
        return keras.saving.load_model(file, compile=compile, safe_mode=True)
    except Exception as error:  # Of any kind: Keras passes on what its layers and its file formats raise.
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        if "safe_mode=False" in reason:
            reason = "it holds code (as a Lambda or a TFSMLayer does), which is not run; use layers without"
        raise InputError(f"cannot open {file} as a Keras model: {reason}") from error


def _check_foreign(model: keras.Model, place: str, preprocessing: str | None) -> None:
    functional = as_functional(model)
    shapes = [] if functional is None else [tuple(one.shape) for one in functional.inputs]
    if len(shapes) != 1 or len(shapes[0]) != 4 or shapes[0][3] not in (3, None):
        Graph(model)  # tells what is wrong with a model that has not one input
        raise InputError(f"{place} takes {shapes[0]}; a network must take images, (batch, height, width, 3)")
    if preprocessing is None:
        raise SettingError(
            f"what pixels {place} takes is not known; it must be given as preprocessing, one of unit ([0, 1]), 0-255, "
            "tf ([-1, 1]), caffe (BGR of 0-255 less ImageNet's mean) and torch (by ImageNet's mean and deviation)",
            "preprocessing",
        )


def _with_preprocessing(model: keras.Model, preprocessing: str) -> keras.Model:
    """The same layers, under their names, behind one that takes images in [0, 1]."""
    image = keras.Input((*model.input_shape[1:3], 3), name="image")
    x = Preprocess(*PREPROCESSING[preprocessing], name=OURS)(image)
    return keras.Model(image, replay(as_functional(model), x), name=model.name)


def _open_foreign(place: str, preprocessing: str | None) -> keras.Model:
    if place.startswith(PREFIX):
        return _with_preprocessing(*load_application(place.removeprefix(PREFIX)))
    path = Path(place)
    model = load_saved_model(path) if is_saved_model(path) else load_model_file(_model_file(place))
    if any(layer.name == OURS for layer in model.layers):
        return model
    _check_foreign(model, place, preprocessing)
    return _with_preprocessing(model, preprocessing)


def open_network(
    name_or_path: str | os.PathLike,
    preprocessing: str | None = None,
    *,
    pooling: str = "max",
    padding: str = "zero",
    precision: str = "float32",
) -> keras.Model:
    """A network from its name or from the disk, not compiled, for images in [0, 1].

    Args:
        name_or_path: One of

            - a name in `WEIGHTS`, such as `"alexnet"`; it comes before a file of that name;
            - `"keras:ResNet50"`, or any other of `keras.applications`, whose weights Keras downloads once;
            - a `.keras` file, or a folder that holds `model.keras` such as that of a training run;
            - a SavedModel folder, of which only the outputs of its signature can be used as layers. It is a program,
              which is run: use those of people whom you trust. Code in a `.keras` file is not run.
        preprocessing: What a network from the disk takes: `"unit"` ([0, 1]), `"0-255"`, `"tf"` ([-1, 1]), `"caffe"`
            (BGR of 0 to 255 less ImageNet's mean) or `"torch"` (less ImageNet's mean, divided by its deviation). It
            becomes the model's layer `preprocess`. Without meaning for Keras applications and for networks that have
            such a layer, as all of this package's have: they keep theirs.
        pooling: Of a name in `WEIGHTS`; see `load_backbone`. Other networks keep theirs.
        padding: Likewise.
        precision: What it computes with, whatever Keras' policy is at the time: `"float32"` (a file's layers keep
            policies of their own), `"bfloat16"` (but for its preprocessing), or `"auto"`: bfloat16 where this machine
            is faster with it, see `machine_precision`, and the network can. It takes float32 in any case.

    Raises:
        InputError: It is none of these, the file is no Keras model, its preprocessing is not known, or it cannot be
            changed as asked or compute as asked.
        NstError: Its weights cannot be downloaded or read.
    """
    place = os.fspath(name_or_path)
    if preprocessing is not None and preprocessing not in PREPROCESSING:
        raise SettingError(str(unknown("preprocessing", preprocessing, PREPROCESSING)), "preprocessing")
    precision = for_this_machine(precision)
    if place in WEIGHTS:
        with dtype_policy(policy_of(precision)):
            return load_backbone(place, pooling=pooling, padding=padding)
    for name, value, trained in (("pooling", pooling, "max"), ("padding", padding, "zero")):
        if value != trained:
            raise SettingError(
                f"{name} is {value!r}, which only {', '.join(WEIGHTS)} can be given; {place} keeps its own", name
            )
    with dtype_policy("float32"):
        return _in_precision(_open_foreign(place, preprocessing), precision)


def _in_precision(model: keras.Model, precision: str) -> keras.Model:
    if precision == "float32":
        return model
    try:
        return in_bfloat16(model)
    except InputError:
        if precision != "auto":
            raise
        return model


def file_identity(path: str | os.PathLike) -> Hashable:
    """What a file, or a folder with all files in it, is at this moment: another one once anything was written there.

    Args:
        path: Where it is; it need not be there.
    """
    place = Path(path).resolve()
    files = sorted(place.rglob("*")) if place.is_dir() else [place]
    states = [(str(file), file.stat()) for file in files if file.is_file()]
    return str(place), tuple((name, state.st_mtime_ns, state.st_size, state.st_ino) for name, state in states)


def network_identity(model: str | os.PathLike | keras.Model, preprocessing: str | None = None) -> Hashable:
    """What a network is, to keep by it what was built on it: a file that was written anew is another network.

    Args:
        model: As for `open_network`, or the model itself.
        preprocessing: Likewise.
    """
    if isinstance(model, keras.Model):
        return model, preprocessing
    place = os.fspath(model)
    if place in WEIGHTS or place.startswith(PREFIX):
        return place, preprocessing
    path = Path(place)
    file = path / MODEL_FILE if path.is_dir() and not is_saved_model(path) else path
    return file_identity(file), preprocessing


def class_names(name_or_path: str | os.PathLike) -> list[str] | None:
    """The names of a network's classes in the order of its outputs.

    Those of a network on the disk are in `classes.txt` beside its file, or in its folder, a line each.

    Args:
        name_or_path: As for `open_network`.

    Returns:
        The names, or `None` if there is no such file.

    Raises:
        InputError: There is no such network, or the file is no text.
    """
    place = os.fspath(name_or_path)
    if place in WEIGHTS:
        return list(WEIGHTS[place].classes) or None
    if place.startswith(PREFIX):
        return None
    folder = Path(place) if is_saved_model(Path(place)) else _model_file(place).parent
    file = folder / CLASSES_FILE
    try:
        return file.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {file}: {error}") from error
