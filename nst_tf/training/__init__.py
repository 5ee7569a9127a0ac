"""Training of networks on folders of photographs.

`settings` needs no TensorFlow, and this module imports it only when a name that needs it is asked for.
"""

import importlib

_HOME = {
    "PAPER_VARIANTS": "convnet.ablation",
    "Ablation": "convnet.ablation_table",
    "AblationRow": "convnet.ablation_table",
    "ClassFolders": "convnet.class_folders",
    "FilterRms": "convnet.zeiler_fergus",
    "PlateauAnnealing": "convnet.zeiler_fergus",
    "TrainedClassifier": "convnet.classifier",
    "Variant": "convnet.ablation",
    "ablate": "convnet.ablation",
    "find_classes": "convnet.class_folders",
    "open_strategy": "strategy",
    "train_convnet": "convnet.train",
    "train_decoder": "decoder.train",
    "train_head": "convnet.head",
    "train_style": "style.train",
}

__all__ = list(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
