"""A bounded queue of requests, and the threads that compute them: first come, first served."""

import threading
import time
from collections import deque
from concurrent.futures import Future

import grpc

from nst_tf.serve.codec.refusal import Refusal
from nst_tf.serve.server.batch import Request, compute

__all__ = ["Queue"]


class Queue:
    """The requests of one model.

    Args:
        name: Of the model, for messages.
        capacity: How many requests may wait.
        workers: How many are computed at the same time.
    """

    def __init__(self, name: str, capacity: int, workers: int):
        self.name, self.capacity = name, capacity
        self._waiting: deque[Request] = deque()
        self._changed = threading.Condition()
        self._turn = threading.Lock()  # so that two idle threads do not part between them what could be one batch
        self._closed = False
        self._threads = [threading.Thread(target=self._work, name=f"{name}-{n}", daemon=True) for n in range(workers)]
        for thread in self._threads:
            thread.start()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, request: Request) -> None:
        """Adds a request; its `answer` will be given by one of the threads.

        Raises:
            Refusal: RESOURCE_EXHAUSTED when the queue is full, UNAVAILABLE when it is closed.
        """
        with self._changed:
            if self._closed:
                raise Refusal(grpc.StatusCode.UNAVAILABLE, f"model {self.name} is being unloaded")
            if len(self._waiting) >= self.capacity:
                message = f"{self.capacity} requests wait for model {self.name} already; try again later"
                raise Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, message)
            self._waiting.append(request)
            self._changed.notify_all()
        request.answer.add_done_callback(self._leave)

    def close(self) -> None:
        """Takes no more requests, and returns when those that wait have been computed."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _leave(self, answer: Future) -> None:
        """Frees the place of a request that was abandoned."""
        if answer.cancelled():
            with self._changed:
                self._waiting = deque(request for request in self._waiting if request.answer is not answer)

    def _work(self) -> None:
        while batch := self._take():
            compute([request for request in batch if request.answer.set_running_or_notify_cancel()])

    def _take(self) -> list[Request]:
        """The next request with those that can be computed with it; nothing when the queue is closed and empty."""
        with self._turn, self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if not self._waiting:
                return []
            first = self._waiting.popleft()
            batch, size = [first], first.rows
            if not size:
                return batch
            patience = time.monotonic() + first.batching.wait
            while True:
                size = self._join(batch, size)
                left = patience - time.monotonic()
                if size >= first.batching.rows or left <= 0 or self._closed:
                    self._put_back(batch, size)
                    return batch
                self._changed.wait(left)

    def _put_back(self, batch: list[Request], size: int) -> None:
        """Leaves for the next batch what would make this one be filled up with rows for nobody."""
        most = batch[0].batching.full(size)
        while size > most and len(batch) > 1:
            last = batch.pop()
            size -= last.rows
            self._waiting.appendleft(last)

    def _join(self, batch: list[Request], size: int) -> int:
        """Moves what fits from the queue to the batch, in their order; returns the batch's rows."""
        kind, most = batch[0].kind, batch[0].batching.rows
        rest = deque()
        for request in self._waiting:
            if request.kind == kind and 0 < request.rows <= most - size:
                batch.append(request)
                size += request.rows
            else:
                rest.append(request)
        self._waiting = rest
        return size
