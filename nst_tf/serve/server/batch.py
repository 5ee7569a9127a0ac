"""Requests on their way, and how several are computed together, each to get its own answer."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

import numpy as np

from nst_tf.serve.codec.refusal import refusal_of
from nst_tf.serve.server.batching_parameters import ALONE, BatchingParameters
from nst_tf.serve.server.loaded_model import LoadedModel

__all__ = ["Request", "compute"]


@dataclass(eq=False)
class Request:
    """A request that waits to be computed.

    Attributes:
        model: What computes it.
        signature: Name of its signature.
        inputs: All inputs of the signature, by their names.
        outputs: Names of the outputs wanted; none means all.
        batching: How it may be put together with others.
        answer: Becomes the outputs by their names, or a `Refusal`.
        abandoned: Done when nobody waits for the answer any more.
    """

    model: LoadedModel
    signature: str
    inputs: dict[str, np.ndarray]
    outputs: tuple[str, ...] = ()
    batching: BatchingParameters = ALONE
    answer: Future = field(default_factory=Future)
    abandoned: Future = field(default_factory=Future)

    def abandon(self) -> None:
        """Takes it out of the queue, or ends its run unless others wait for that, too; nothing if it is answered."""
        self.answer.cancel()
        self.abandoned.cancel()

    @property
    def rows(self) -> int:
        """The size of the batch dimension, or 0 if the inputs have none in common."""
        sizes = {array.shape[0] if array.ndim else 0 for array in self.inputs.values()}
        return sizes.pop() if len(sizes) == 1 else 0

    @property
    def kind(self) -> tuple:
        """What must be equal for requests to be put together."""
        arrays = sorted((name, one.dtype.str, one.ndim, one.shape[1:]) for name, one in self.inputs.items())
        return id(self.model), self.batching, self.signature, tuple(sorted(self.outputs)), tuple(arrays)


def compute(requests: Sequence[Request]) -> None:
    """Answers requests of one kind, in one run if that goes well.

    A run that fails is repeated for each request by itself, so that nobody is refused for a neighbour's input.
    """
    if len(requests) > 1:
        try:
            answers = _together(requests)
        except Exception:  # Whatever it is, whoever has caused it will meet it again.
            answers = None
        if answers is not None:
            for request, answer in zip(requests, answers, strict=True):
                request.answer.set_result(answer)
            return
    for request in requests:
        _alone(request)


def _alone(request: Request) -> None:
    try:
        answer = request.model.run(request.signature, request.inputs, request.outputs, [request.abandoned])
    except Exception as error:  # Of any kind: a request that is never answered would be worse.
        request.answer.set_exception(refusal_of(error))
    else:
        request.answer.set_result(answer)


def _together(requests: Sequence[Request]) -> list[dict[str, np.ndarray]] | None:
    """The answers; `None` if the outputs have no batch dimension by which to part them."""
    first, rows = requests[0], [request.rows for request in requests]
    total = sum(rows)
    missing = first.batching.filled(total) - total
    inputs = {name: _joined([one.inputs[name] for one in requests], missing) for name in first.inputs}
    outputs = first.model.run(first.signature, inputs, first.outputs, [one.abandoned for one in requests])
    if any(array.shape[:1] != (total + missing,) for array in outputs.values()):
        return None
    ends = np.cumsum(rows)
    return [
        {name: array[end - count : end] for name, array in outputs.items()}
        for end, count in zip(ends, rows, strict=True)
    ]


def _joined(arrays: Sequence[np.ndarray], missing: int) -> np.ndarray:
    filling = [arrays[-1][-1:]] * missing
    return np.concatenate([*arrays, *filling])
