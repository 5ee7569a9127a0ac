"""The networks that come with Keras: the weights that it downloads, and the preprocessing that belongs to them."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import keras

from nst_tf.backbones.fetch import is_offline
from nst_tf.errors import InputError, NstError, unknown

__all__ = ["PREFIX", "load_application"]

PREFIX = "keras:"
# By the module of Keras that the application is in.
PREPROCESSING_OF = {
    **dict.fromkeys(("vgg16", "vgg19", "resnet"), "caffe"),
    **dict.fromkeys(("densenet",), "torch"),
    **dict.fromkeys(("resnet_v2", "mobilenet", "mobilenet_v2", "inception_v3"), "tf"),
    **dict.fromkeys(("inception_resnet_v2", "xception", "nasnet"), "tf"),
    # These have their own preprocessing inside.
    **dict.fromkeys(("efficientnet", "efficientnet_v2", "mobilenet_v3", "convnext"), "0-255"),
}


def load_application(name: str) -> tuple[keras.Model, str]:
    """A Keras application with the weights for ImageNet, which Keras downloads once.

    Args:
        name: Such as `"ResNet50"`.

    Returns:
        The model, a classifier as Keras makes it, and the key of `PREPROCESSING` for it.

    Raises:
        InputError: There is no such application, or its weights are absent and `NST_TF_OFFLINE` is set.
        NstError: The download failed.
    """
    known = [one for one in dir(keras.applications) if callable(getattr(keras.applications, one))]
    if name not in known:
        raise unknown("Keras application", name, known)
    make = getattr(keras.applications, name)
    # Keras prints its download on standard output, where results go.
    with _obeying_offline(), contextlib.redirect_stdout(sys.stderr):
        try:
            model = make(weights="imagenet")
        except NstError:
            raise
        except Exception as error:  # Keras raises nothing more particular when a download fails.
            reason = next(iter(str(error).splitlines()), type(error).__name__)
            raise NstError(f"could not load the weights of {PREFIX}{name}: {reason}") from error
    return model, PREPROCESSING_OF[make.__module__.rpartition(".")[2]]


@contextlib.contextmanager
def _obeying_offline() -> Iterator[None]:
    """Lets Keras use files that it has already, and refuses to download others, if `NST_TF_OFFLINE` is set."""
    module = sys.modules[keras.utils.get_file.__module__]
    before = module.get_file

    def get_file(fname, origin, *, cache_subdir, **_):
        path = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / cache_subdir / fname
        if not path.is_file():
            raise InputError(f"NST_TF_OFFLINE is set and {path} is missing; put the file from {origin} there")
        return str(path)

    if is_offline():
        module.get_file = get_file
    try:
        yield
    finally:
        module.get_file = before
