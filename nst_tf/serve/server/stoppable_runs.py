"""Runs of a session that end when nobody waits for them any more; `Session.run` itself cannot be told to.

Beside its outputs, a run computes an assertion that takes as many values from a queue as there are outputs. Each output
puts True there once it is computed. To stop the run, False is put there: the assertion fails, and what else the run
computes ends after the operation that it is at. What waits at a queue holds no thread.

Each run under way has a queue of its own. Its number is fed, for a session compiles its graph anew for everything else
that it is to fetch.
"""

import contextlib
import os
import queue
import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from typing import Any

import grpc
import tensorflow as tf

from nst_tf.serve.codec.refusal import Refusal

__all__ = ["StoppableRuns", "session_for"]

v1 = tf.compat.v1
# When a graph fails, what waits is cancelled, and a session tells of the first failure on each device. So what waits is
# on a second device of the same processor, and nothing on the first one waits for it. In about 1 % of the failures in
# the first moment, what was still to be sent there is told all the same, and the run is repeated.
BESIDE = "/device:CPU:1"
TRIES = 5


def session_for(graph: tf.Graph, most: int) -> v1.Session:
    """A session for `StoppableRuns`, in which one thread is left for the stopping however many runs there are.

    Graphs are computed as they were exported. To optimise that of `stylize`, whose outputs are consumed here, makes its
    first run four times as long (110 s of one core in place of 27), and no later run shorter. Functions within it are
    optimised all the same, each at its first run, since their calls bring the settings of whoever exported them.
    """
    threads = (os.cpu_count() or 1) + most
    config = v1.ConfigProto(device_count={"CPU": 2}, use_per_session_threads=True, inter_op_parallelism_threads=threads)
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    return v1.Session(graph=graph, config=config)


class StoppableRuns:
    """Runs a session.

    Args:
        session: Made by `session_for`; operations are added to its graph.
        outputs: Names of all tensors that may be fetched.
        most: How many runs there may be at the same time; further ones wait.
    """

    def __init__(self, session: v1.Session, outputs: Collection[str], most: int):
        self._session = session
        self._free: queue.SimpleQueue[int] = queue.SimpleQueue()
        with session.graph.as_default(), tf.device(BESIDE):
            self._add_operations(outputs, [tf.queue.FIFOQueue(-1, [tf.bool], [[]]) for _ in range(most)])
        for number in range(most):
            self._tell(self._stop, number)  # which takes a while for the first time
            self._tell(self._clear, number)
            self._free.put(number)

    def _add_operations(self, outputs: Collection[str], queues: Sequence[tf.queue.FIFOQueue]) -> None:
        self._number, self._count = v1.placeholder(tf.int32, []), v1.placeholder(tf.int32, [])
        chosen = [(one, tf.equal(self._number, number)) for number, one in enumerate(queues)]
        taken = [one.dequeue_many(_where(is_chosen, self._count)) for one, is_chosen in chosen]
        alive = tf.reduce_all(tf.raw_ops.Merge(inputs=taken).output)
        self._assertion = tf.raw_ops.Assert(condition=alive, data=["stopped"])
        self._puts = {}
        for name in outputs:
            with tf.device(None):
                computed = _is_computed(self._session.graph.get_tensor_by_name(name))
            self._puts[name] = [one.enqueue(_where(is_chosen, computed)) for one, is_chosen in chosen]
        stops = tf.zeros([self._count], tf.bool)
        self._stop = [one.enqueue_many([_where(is_chosen, stops)]) for one, is_chosen in chosen]
        self._clear = [one.dequeue_many(one.size() + _where(is_chosen, 0)).op for one, is_chosen in chosen]

    def __call__(
        self, outputs: Sequence[str], feeds: dict[str, Any], abandoned: Collection["Future[None]"] = ()
    ) -> list[Any]:
        """Fetches tensors.

        Args:
            outputs: Their names.
            feeds: As of `Session.run`.
            abandoned: Of each who waits for them; done when they do not any more.

        Raises:
            Refusal: CANCELLED, nobody waits any more.
            tf.errors.OpError: As `Session.run`.
        """
        number = self._free.get()
        signs = _Signs(abandoned, lambda: self._tell(self._stop, number, len(outputs)))
        try:
            return self._run(outputs, feeds | {self._number: number, self._count: len(outputs)}, signs)
        finally:
            signs.close()
            if signs.stopped:
                self._tell(self._clear, number)
            self._free.put(number)

    def _run(self, outputs: Sequence[str], feeds: dict[Any, Any], signs: "_Signs", tries: int = TRIES) -> list[Any]:
        targets = [self._assertion, *(self._puts[name] for name in outputs)]
        try:
            return self._session.run([*outputs, *targets], feeds)[: len(outputs)]
        except BaseException as error:
            if signs.stopped:
                raise Refusal(grpc.StatusCode.CANCELLED, "nobody waits for this answer any more") from error
            self._tell(self._clear, feeds[self._number])
            if not isinstance(error, tf.errors.CancelledError) or tries == 1:
                raise
        return self._run(outputs, feeds, signs, tries - 1)

    def _tell(self, operations: Sequence[tf.Operation], number: int, count: int = 1) -> None:
        # In the thread of the caller: those of the session may all be busy with what is to be stopped.
        here = v1.RunOptions(inter_op_thread_pool=-1)
        with contextlib.suppress(RuntimeError, tf.errors.CancelledError):  # a session that was closed has no more runs
            self._session.run(operations, {self._number: number, self._count: count}, here)


class _Signs:
    """Calls a function once when all have abandoned a run that is under way."""

    def __init__(self, abandoned: Collection["Future[None]"], stop: Callable[[], None]):
        self.stopped = False
        self._stop: Callable[[], None] | None = stop
        self._left, self._lock = len(abandoned), threading.Lock()
        for one in abandoned:
            one.add_done_callback(self._count)

    def _count(self, _: Future) -> None:
        with self._lock:
            self._left -= 1
            if self._stop and not self._left:
                self.stopped = True
                self._stop()

    def close(self) -> None:
        with self._lock:
            self._stop = None


def _where(is_chosen: tf.Tensor, value: Any) -> tf.Tensor:
    """The value; where it is not chosen, nothing that needs it is computed."""
    # A switch is moved to the device of its input, whatever it was given: there it would wait for `is_chosen` from the
    # other one, and what waits beside the graph's own failure is told in its place.
    return tf.raw_ops.Switch(data=tf.identity(value), pred=is_chosen).output_true


def _is_computed(tensor: tf.Tensor) -> tf.Tensor:
    """True, but not before the tensor is there."""
    return tf.raw_ops.OptionalHasValue(optional=tf.raw_ops.OptionalFromValue(components=[tensor]))
