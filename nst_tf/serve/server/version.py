"""One version of a model, from its folder to its end."""

import gc
import logging
import threading
from pathlib import Path

import grpc
from tensorflow_serving.apis.get_model_status_pb2 import ModelVersionStatus

from nst_tf.serve.codec.refusal import Refusal, refusal_of
from nst_tf.serve.server.batching_parameters import read_batching_parameters
from nst_tf.serve.server.first_requests import warm_up
from nst_tf.serve.server.loaded_model import Servable
from nst_tf.serve.server.version_folders import fingerprint

__all__ = ["Version"]

State = ModelVersionStatus.State


class Version:
    """A version, its state, and how many requests use it.

    Args:
        name: Of the model.
        number: Of the version.
        folder: Its SavedModel.

    Attributes:
        state: As TensorFlow Serving names it.
        failure: Why it ended, if it could not be loaded.
        servable: The loaded model, while there is one.
        batching: How its requests may be put together, or `None`.
    """

    def __init__(self, name: str, number: int, folder: Path):
        self.name, self.number, self.folder = name, number, folder
        self.state, self.failure = State.START, None
        self.servable, self.batching = None, None
        self._files = None
        self._users, self._changed = 0, threading.Condition()

    @property
    def available(self) -> bool:
        """Whether it takes requests."""
        return self.state == State.AVAILABLE

    @property
    def worth_loading(self) -> bool:
        """Whether it is not loaded, and was not tried before with the files as they are."""
        if self.state == State.START:
            return True
        return self.state == State.END and (self.failure is None or self._files != fingerprint(self.folder))

    def load(self) -> None:
        """Loads it and warms it up; the state tells how that ended."""
        self.state, self.failure, self._files = State.LOADING, None, fingerprint(self.folder)
        try:
            self.batching = read_batching_parameters(self.folder)
            self.servable = Servable(self.folder)
            warm_up(self.servable, self.folder)
        except Exception as error:  # Of any kind: other versions must not suffer from it.
            self._fail(refusal_of(error))
        else:
            self.state = State.AVAILABLE
            logging.info("%s version %d is ready", self.name, self.number)

    def _fail(self, refusal: Refusal) -> None:
        logging.error("%s version %d cannot be served: %s", self.name, self.number, refusal)
        self.failure = refusal
        self._close()

    def acquire(self) -> bool:
        """Keeps it loaded until `release`; `False` if it takes no requests any more."""
        with self._changed:
            self._users += self.available
            return self.available

    def release(self, _=None) -> None:
        """Ends what `acquire` began."""
        with self._changed:
            self._users -= 1
            self._changed.notify_all()

    def retire(self) -> None:
        """Takes no more requests."""
        with self._changed:
            self.state = State.UNLOADING

    def unload(self, patience: float | None = None) -> None:
        """Retires it, waits for the requests that it took, and gives the memory back.

        Args:
            patience: Seconds after which requests that still run are cancelled; by default there is no limit.
        """
        self.retire()
        with self._changed:
            self._changed.wait_for(lambda: not self._users, patience)
            self._close()
        logging.info("%s version %d is unloaded", self.name, self.number)

    def _close(self) -> None:
        if self.servable is not None:
            self.servable.close()
        self.servable, self.state = None, State.END
        gc.collect()  # Graphs are full of cycles, and hold much memory that Python does not know of.

    def status(self) -> ModelVersionStatus:
        """Its state as TensorFlow Serving reports it."""
        found = ModelVersionStatus(version=self.number, state=self.state)
        code = grpc.StatusCode.OK if self.failure is None else self.failure.code
        found.status.error_code = code.value[0]
        found.status.error_message = str(self.failure or "")
        return found
