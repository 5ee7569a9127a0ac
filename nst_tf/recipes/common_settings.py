"""Settings that several recipes have. Needs no TensorFlow."""

from typing import Any

from nst_tf.backbones.preprocessing import PREPROCESSING
from nst_tf.settings import Served, setting

__all__ = [
    "LARGEST_SEED",
    "MODEL",
    "PIXELS",
    "growth_setting",
    "model_setting",
    "padding_setting",
    "plateau_setting",
    "pooling_setting",
    "preprocessing_setting",
    "seed_setting",
    "steps_setting",
]

LARGEST_SEED = 2**63 - 1
# What the options of these names mean in all verbs.
MODEL = (
    "network to look with: vgg16, alexnet and others that `nst-tf info` lists, keras:NAME for an application of Keras, "
    "a .keras file, the folder of a training run, or a SavedModel"
)
PIXELS = "what pixels a network takes that comes from a file and does not say so itself"


def model_setting() -> Any:
    """The network: a name, `"keras:NAME"` or a path; see `open_network`."""
    return setting("vgg16", MODEL, unit="NETWORK", group="network")


def preprocessing_setting() -> Any:
    """What a network from a file takes; see `open_network`."""
    return setting(None, PIXELS, unit="KIND", group="network", choices=(None, *PREPROCESSING))


def pooling_setting(*more: str) -> Any:
    """The pooling of a network in `WEIGHTS`, with more choices than the three that all recipes have."""
    choices = ("max", "average", "l2", *more)
    return setting("max", "its pooling; max is as trained", unit="KIND", group="network", choices=choices)


def padding_setting() -> Any:
    """The padding of the first convolution; `None` is `"replicate"` wherever it can be given, in `WEIGHTS`."""
    help = (
        "of its first convolution; replicate leaves no frame along the border (default: replicate, or what a network "
        "of others has)"
    )
    return setting(None, help, unit="KIND", group="network", choices=(None, "zero", "replicate"))


def growth_setting() -> Any:
    """The ratio of scales."""
    help = "how much larger each scale is than the one before, at most"
    return setting(2.0, help, unit="FACTOR", group="schedule", above=1)


def steps_setting(default: tuple[int, ...], most_served: int) -> Any:
    """The evaluations on each scale."""
    help = "evaluations on each scale, coarse to fine; the last number holds for all that follow"
    served = Served(1, most_served)
    return setting(default, help, unit="NUMBER,...", group="schedule", least=1, filled=True, served=served)


def plateau_setting(default: float) -> Any:
    """The fall of the loss at which a scale ends."""
    help = "end a scale when the loss falls by less per evaluation; 0 never does"
    return setting(default, help, unit="FRACTION", group="schedule", least=0)


def seed_setting(use: str) -> Any:
    """The seed of what is random."""
    help = f"{use}; the same seed and input give the same picture"
    return setting(0, help, unit="NUMBER", least=0, most=LARGEST_SEED, served=Served(0, LARGEST_SEED))
