"""Settings that several recipes have, and the groups in which all are listed. Needs no TensorFlow."""

from functools import partial
from typing import Any

from nst_tf.backbones import WEIGHTS
from nst_tf.backbones.preprocessing import PREPROCESSING
from nst_tf.settings import Served, setting

__all__ = [
    "LARGEST_SEED",
    "MODEL",
    "PIXELS",
    "RATIOS",
    "growth_setting",
    "model_setting",
    "network",
    "objective",
    "padding_setting",
    "plateau_setting",
    "pooling_setting",
    "preprocessing_setting",
    "schedule",
    "seed_setting",
    "size_setting",
    "steps_setting",
    "tv_weight_setting",
]

LARGEST_SEED = 2**63 - 1
# What the options of these names mean in all verbs.
MODEL = (
    "network to look with: vgg16, alexnet and others that `nst-tf info` lists, keras:NAME for an application of Keras, "
    "a .keras file, the folder of a training run, or a SavedModel, which is a program: use those you trust"
)
PIXELS = "what pixels a network takes that comes from a file and does not say so itself"
PADDING = (
    "of its first convolution; replicate leaves no frame along the border (default: replicate, or what a network of "
    "others has)"
)
STEPS = "evaluations on each scale, coarse to fine; the last number holds for all that follow"
PLATEAU = "end a scale when the loss falls by less per evaluation; 0 never does"
SMOOTHER = "weight of the total variation; more is smoother"
RATIOS: dict[str, Any] = {"least": 0, "filled": True, "ratios": True}  # weights of which only the ratios matter

network, objective, schedule = (partial(setting, group=title) for title in ("network", "objective", "schedule"))


def size_setting(default: int, most_served: int) -> Any:
    return setting(default, "longest side of the result", "PIXELS", least=1, served=Served(32, most_served))


def model_setting() -> Any:
    return network("vgg16", MODEL, "NETWORK", names=tuple(WEIGHTS))


def preprocessing_setting() -> Any:
    return network(None, PIXELS, "KIND", choices=(None, *PREPROCESSING))


def pooling_setting(*more: str) -> Any:
    return network("max", "its pooling; max is as trained", "KIND", choices=("max", "average", "l2", *more))


def padding_setting() -> Any:
    return network(None, PADDING, "KIND", choices=(None, "zero", "replicate"))


def tv_weight_setting(default: float) -> Any:
    return objective(default, SMOOTHER, "WEIGHT", least=0)


def growth_setting() -> Any:
    return schedule(2.0, "how much larger each scale is than the one before, at most", "FACTOR", above=1)


def steps_setting(default: tuple[int, ...], most_served: int, help: str = STEPS) -> Any:
    return schedule(default, help, "NUMBER,...", least=1, filled=True, served=Served(1, most_served))


def plateau_setting(default: float) -> Any:
    return schedule(default, PLATEAU, "FRACTION", least=0)


def seed_setting(use: str) -> Any:
    text = f"{use}; the same seed and input give the same picture"
    return setting(0, text, "NUMBER", least=0, most=LARGEST_SEED, served=Served(0, LARGEST_SEED))
