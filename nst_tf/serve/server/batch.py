"""Computes requests together, and gives each its own answer."""

from collections.abc import Sequence

import numpy as np

from nst_tf.serve.codec.refusal import refusal_of
from nst_tf.serve.server.request import Request

__all__ = ["compute"]


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
        answer = request.servable.run(request.signature, request.inputs, request.outputs, request.deadline)
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
    outputs = first.servable.run(first.signature, inputs, first.outputs, _latest(requests))
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


def _latest(requests: Sequence[Request]) -> float | None:
    deadlines = [request.deadline for request in requests]
    return None if None in deadlines else max(deadlines)
