"""Trained convolutional networks as Keras models, with their weights and the preprocessing, hash and licence of these.

`registry` and `fetch` need no TensorFlow, and this module imports it only when a name that needs it is asked for.
"""

import importlib

from nst_tf.backbones.registry import WEIGHTS, Weights, WeightsStatus, weights_status

__all__ = [
    "WEIGHTS",
    "Weights",
    "WeightsStatus",
    "alexnet_classifier",
    "check_maps",
    "check_size",
    "class_names",
    "feature_extractor",
    "file_identity",
    "fit_image",
    "load_backbone",
    "network_identity",
    "open_network",
    "smallest_size",
    "weights_status",
]

_LAZY = {
    "alexnet_classifier": "alexnet",
    "check_maps": "features",
    "check_size": "features",
    "class_names": "open",
    "feature_extractor": "features",
    "file_identity": "open",
    "fit_image": "features",
    "load_backbone": "pretrained",
    "network_identity": "open",
    "open_network": "open",
    "smallest_size": "features",
}


def __getattr__(name):
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LAZY[name]}"), name)
