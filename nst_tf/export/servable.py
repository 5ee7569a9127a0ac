"""What is exported: signatures on stored weights, and what people have to know of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import tensorflow as tf
from tensorflow.python.saved_model import save_context

from nst_tf.backbones import WEIGHTS
from nst_tf.export.signature.batches import Values
from nst_tf.export.signature.signature import Signature

__all__ = ["DECODERS", "Forward", "Servable", "origin", "write_saved_model"]

DECODERS = "its decoders: trained by `nst-tf train-decoder`; Apache-2.0"


@dataclass(frozen=True)
class Forward:
    """A model that is one pass of a network, as other runtimes compute it: `pixels` without what guards it.

    Attributes:
        body: From the inputs of `pixels` by name, a batch of one of known sizes, to its outputs.
        size: Height and width of the images, where the network takes no others.
        side: Both, where it takes any and none is asked for.
        least: The smallest of either that it takes.
        notes: What else users of other runtimes have to know, a line each.
    """

    body: Callable[[Values], Values]
    size: tuple[int, int] | None
    side: int
    least: int
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Servable:
    """A model to be exported.

    Attributes:
        name: Of its folder, and what clients call it.
        summary: What it does, for its card.
        weights: A line for each file of weights in it: what they are, their origin and their licence.
        signatures: By name; among them `serving_default` and `pixels`.
        variables: That the signatures use.
        notes: What else its users have to know, a line each.
        batched: Whether the items of several requests for `pixels` may be put together by the server.
        forward: What other runtimes compute; `None` if the model is not one pass of a network.
    """

    name: str
    summary: str
    weights: Sequence[str]
    signatures: Mapping[str, Signature]
    variables: Sequence[tf.Variable]
    notes: Sequence[str] = field(default=())
    batched: bool = False
    forward: Forward | None = None


class _Root(tf.Module):
    # The attributes of a reusable SavedModel; properties, as those of `tf.Module`, would not be saved.
    variables = trainable_variables = regularization_losses = ()


def write_saved_model(servable: Servable, folder: Path) -> None:
    """Writes the SavedModel.

    The signatures are attributes of what `tf.saved_model.load` gives, too: functions with defaults. Calling it, and
    `serve`, which is the default endpoint of `keras.layers.TFSMLayer`, are `pixels`, see `Signature.called`.

    Args:
        servable: What to write.
        folder: Where, an empty folder.
    """
    functions = {name: signature.function() for name, signature in servable.signatures.items()}
    root = _Root()
    root.variables = list(servable.variables)
    root.trainable_variables, root.regularization_losses = [], []
    for name, function in functions.items():
        setattr(root, name, function)
    # As saving does, or the function would be traced once more then; networks can be traced into one graph only.
    with save_context.save_context(tf.saved_model.SaveOptions()):
        root.serve = root.__call__ = servable.signatures["pixels"].called(functions["pixels"])
    tf.saved_model.save(root, folder, signatures=functions)


def origin(network: str) -> list[str]:
    """A line for each file of weights of a network, by its name or place."""
    if network not in WEIGHTS:
        return [f"`{Path(network).name}`: its licence is that of its maker"]
    weights = WEIGHTS[network]
    line = f"`{weights.file}`: {weights.origin}; licence: {weights.licence}; {weights.hash}"
    return [line] if weights.base is None else [line, *origin(weights.base)]
