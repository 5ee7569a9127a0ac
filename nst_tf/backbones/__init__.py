"""Trained convolutional networks as Keras models, with their weights and the preprocessing, hash and licence of these.

`registry` and `fetch` need no TensorFlow, and this module imports it only when a name that needs it is asked for.
"""

import importlib

from nst_tf.backbones.registry import WEIGHTS, Weights, WeightsStatus, weights_status

__all__ = [
    "WEIGHTS",
    "Weights",
    "WeightsStatus",
    "check_size",
    "feature_extractor",
    "load_backbone",
    "smallest_size",
    "weights_status",
]

_LAZY = {
    "check_size": "features",
    "feature_extractor": "features",
    "load_backbone": "load",
    "smallest_size": "features",
}


def __getattr__(name):
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LAZY[name]}"), name)
