"""Which models to serve: all in a folder, or those of a `models.config` as TensorFlow Serving reads it."""

from collections import Counter
from pathlib import Path

import grpc
from google.protobuf import text_format
from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from nst_tf.errors import InputError
from nst_tf.serve.codec.refusal import Refusal, invalid
from nst_tf.serve.server.version_folders import find_versions

__all__ = ["check_config", "check_reloadable", "config_of_folder", "read_config"]

PLATFORM = "tensorflow"


def config_of_folder(folder: Path) -> ModelServerConfig:
    """A model of each folder in this one; hidden ones are left alone.

    Raises:
        InputError: It is no folder, or itself that of a model.
    """
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}; `nst-tf export` makes one")
    if find_versions(folder):
        raise InputError(f"{folder} is the folder of one model; name the one that it is in: {folder.resolve().parent}")
    config = ModelServerConfig()
    for path in sorted(folder.resolve().iterdir()):
        if path.is_dir() and not path.name.startswith("."):
            config.model_config_list.config.add(name=path.name, base_path=str(path), model_platform=PLATFORM)
    return config


def read_config(path: Path) -> ModelServerConfig:
    """The models of a text file with a `model_config_list`.

    Raises:
        InputError: It cannot be read, or a model in it cannot be served.
    """
    try:
        config = text_format.Parse(path.read_text(), ModelServerConfig())
        check_config(config)
    except (OSError, ValueError, text_format.ParseError, Refusal) as error:
        raise InputError(f"cannot use {path}: {getattr(error, 'strerror', None) or error}") from error
    return config


def check_config(config: ModelServerConfig) -> None:
    """Checks what must hold of any configuration.

    Raises:
        Refusal: INVALID_ARGUMENT, as TensorFlow Serving has it.
    """
    if config.WhichOneof("config") != "model_config_list":
        raise invalid("only a model_config_list can be served")
    models = config.model_config_list.config
    for name, count in Counter(model.name for model in models).items():
        if not name:
            raise invalid("a model has no name")
        if count > 1:
            raise invalid(f"Illegal to list model {name} multiple times in config list")
    for model in models:
        if not Path(model.base_path).is_absolute():
            raise invalid(f"Expected model {model.name} to have an absolute path; got base_path()={model.base_path}")
        if model.model_platform != PLATFORM:
            raise invalid(f"Model {model.name} requests unsupported platform {model.model_platform}; say {PLATFORM!r}")


def check_reloadable(config: ModelServerConfig, folder: Path | None) -> None:
    """Checks what must hold of a configuration that a request brings.

    Args:
        config: The models that are to be served.
        folder: In which all of them must be, links followed; `None` if no request may bring any.

    Raises:
        Refusal: As `check_config`, or PERMISSION_DENIED.
    """
    check_config(config)
    if folder is None:
        raise _denied("this server takes no models from a request; `nst-tf serve --allow-reload FOLDER` allows it")
    for model in config.model_config_list.config:
        if not _is_within(model.base_path, folder):
            raise _denied(f"model {model.name} is not in the folder that this server reloads from: {model.base_path!r}")


def _is_within(path: str, folder: Path) -> bool:
    try:
        return Path(path).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # a loop of links, or a name that cannot be one
        return False


def _denied(message: str) -> Refusal:
    return Refusal(grpc.StatusCode.PERMISSION_DENIED, message)
