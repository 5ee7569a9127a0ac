"""Where the weights of a network come from, for the card of a model."""

from pathlib import Path

from nst_tf.backbones import WEIGHTS

__all__ = ["origin"]


def origin(network: str) -> list[str]:
    """A line for each file of weights of a network, by its name or place."""
    if network not in WEIGHTS:
        return [f"`{Path(network).name}`: its licence is that of its maker"]
    weights = WEIGHTS[network]
    line = f"`{weights.file}`: {weights.origin}; licence: {weights.licence}; {weights.hash}"
    return [line] if weights.base is None else [line, *origin(weights.base)]
