"""A loaded SavedModel: a graph and a session, as TensorFlow Serving has them.

A session computes no more than the outputs that are asked for, and gives its memory back when it is closed, as
the functions that `tf.saved_model.load` makes do not.
"""

import logging
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef

from nst_tf.serve.codec.refusal import Refusal, refusal_of
from nst_tf.serve.server.stoppable_runs import StoppableRuns, session_for

__all__ = ["DEFAULT_SIGNATURE", "LoadedModel"]

DEFAULT_SIGNATURE = "serving_default"
MOST_SELECTIONS = 32  # of outputs, for each of which the session keeps a compiled graph

Arrays = dict[str, np.ndarray]


class LoadedModel:
    """A SavedModel that is ready to run.

    Args:
        path: Its folder.
        runs: How many there may be at the same time.

    Attributes:
        signatures: The `SignatureDef` of each signature, by its name.

    Raises:
        Refusal: It cannot be loaded.
    """

    def __init__(self, path: Path, runs: int = 1):
        if not any((path / name).is_file() for name in ("saved_model.pb", "saved_model.pbtxt")):
            raise Refusal(grpc.StatusCode.NOT_FOUND, f"there is no saved_model.pb in {path}; has it all been copied?")
        graph = tf.Graph()
        self._session = session_for(graph, runs)
        try:
            self.signatures = _load(self._session, path)
            self._run = StoppableRuns(self._session, _tensors(self.signatures.values()), runs)
        except Exception as error:  # Of any kind: TensorFlow passes on what it meets in the files.
            self.close()
            raise refusal_of(error) from error
        graph.finalize()
        self._selections: set[tuple[str, tuple[str, ...]]] = set()

    def signature(self, name: str) -> SignatureDef:
        """A signature; the empty name is that of `serving_default`.

        Raises:
            Refusal: There is none of this name.
        """
        name = name or DEFAULT_SIGNATURE
        if name not in self.signatures:
            known = ", ".join(sorted(self.signatures))
            message = f'Serving signature key "{name}" not found. There is: {known}'
            raise Refusal(grpc.StatusCode.FAILED_PRECONDITION, message)
        return self.signatures[name]

    def run(self, signature: str, inputs: Mapping[str, np.ndarray], outputs: Iterable[str] = (),
            abandoned: Collection[Future] = ()) -> Arrays:  # fmt: skip
        """Computes outputs.

        Args:
            signature: Name of a signature.
            inputs: Its inputs, by their names, of the types and shapes that it takes.
            outputs: Names of those wanted; none means all.
            abandoned: Of each who waits for them; when all are done, the run ends.

        Returns:
            The outputs, by their names.

        Raises:
            Refusal: With the code of what failed in the graph, or CANCELLED when nobody waits any more.
        """
        found = self.signature(signature)
        wanted = tuple(sorted(outputs or found.outputs))
        computed = self._selection(signature, found, wanted)
        feeds = {found.inputs[name].name: array for name, array in inputs.items()}
        try:
            fetched = self._run([found.outputs[name].name for name in computed], feeds, abandoned)
        except Exception as error:  # Of any kind: whatever the graph meets is the answer to this request.
            raise refusal_of(error) from error
        arrays = dict(zip(computed, map(_array, fetched), strict=True))
        return {name: arrays[name] for name in wanted}

    def close(self) -> None:
        """Gives the memory back; nothing must run any more."""
        self._session.close()

    def _selection(self, signature: str, found: SignatureDef, wanted: tuple[str, ...]) -> tuple[str, ...]:
        selection = signature, wanted
        if selection not in self._selections and len(self._selections) >= MOST_SELECTIONS:
            return tuple(sorted(found.outputs))
        self._selections.add(selection)
        return wanted


def _load(session: tf.compat.v1.Session, path: Path) -> dict[str, SignatureDef]:
    with session.graph.as_default(), _without_advice():
        meta = tf.compat.v1.saved_model.load(session, ["serve"], str(path))
    signatures = {name: signature for name, signature in meta.signature_def.items() if not name.startswith("__")}
    if not signatures:
        raise Refusal(grpc.StatusCode.FAILED_PRECONDITION, f"{path} has no signature, so there is nothing to serve")
    return signatures


class _without_advice:
    """TensorFlow tells each caller once that this loader is for version 1."""

    def __enter__(self) -> None:
        logging.getLogger("tensorflow").addFilter(_is_no_advice)

    def __exit__(self, *_: object) -> None:
        logging.getLogger("tensorflow").removeFilter(_is_no_advice)


def _is_no_advice(record: logging.LogRecord) -> bool:
    return record.levelno > logging.WARNING


def _tensors(signatures: Iterable[SignatureDef]) -> set[str]:
    return {output.name for signature in signatures for output in signature.outputs.values()}


def _array(value: Any) -> np.ndarray:
    """What a session fetched; of a scalar string it gives bytes."""
    return np.array(value, object) if isinstance(value, bytes) else np.asarray(value)
