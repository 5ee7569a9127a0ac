"""One request on its way: what is to be computed, until when, and where the answer goes."""

import time
from concurrent.futures import Future
from dataclasses import dataclass, field

import numpy as np

from nst_tf.serve.server.batching_parameters import BatchingParameters
from nst_tf.serve.server.loaded_model import Servable

__all__ = ["Request"]


@dataclass(eq=False)
class Request:
    """A request that waits to be computed.

    Attributes:
        servable: What computes it.
        signature: Name of its signature.
        inputs: All inputs of the signature, by their names.
        outputs: Names of the outputs wanted; none means all.
        deadline: On `time.monotonic`, or `None`.
        batching: How it may be put together with others, or `None`.
        answer: Becomes the outputs by their names, or a `Refusal`; cancelling it takes the request out of the queue.
    """

    servable: Servable
    signature: str
    inputs: dict[str, np.ndarray]
    outputs: tuple[str, ...] = ()
    deadline: float | None = None
    batching: BatchingParameters | None = None
    answer: Future = field(default_factory=Future)

    @property
    def expired(self) -> bool:
        """Whether it is too late for an answer."""
        return self.deadline is not None and time.monotonic() >= self.deadline

    @property
    def rows(self) -> int:
        """The size of the batch dimension, or 0 if the inputs have none in common."""
        sizes = {array.shape[0] if array.ndim else 0 for array in self.inputs.values()}
        return sizes.pop() if len(sizes) == 1 else 0

    @property
    def kind(self) -> tuple:
        """What must be equal for requests to be put together."""
        arrays = sorted((name, one.dtype.str, one.ndim, one.shape[1:]) for name, one in self.inputs.items())
        return id(self.servable), self.batching, self.signature, tuple(sorted(self.outputs)), tuple(arrays)
