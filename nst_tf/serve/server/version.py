"""One version of a model: loaded and warmed up, then asked, then unloaded."""

import gc
import logging
import threading
from concurrent.futures import Future
from pathlib import Path

import grpc
import tensorflow as tf
from tensorflow_serving.apis.get_model_status_pb2 import ModelVersionStatus
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from nst_tf.serve.codec.proto_tensors import array_of
from nst_tf.serve.codec.refusal import Refusal, refusal_of
from nst_tf.serve.codec.request_check import checked_inputs
from nst_tf.serve.server.batching_parameters import ALONE, read_batching_parameters
from nst_tf.serve.server.loaded_model import LoadedModel
from nst_tf.serve.server.version_folders import fingerprint

__all__ = ["Version"]

State = ModelVersionStatus.State
WARM_UP = Path("assets.extra", "tf_serving_warmup_requests")


class Version:
    """A version, its state, and how many requests use it.

    Args:
        name: Of the model.
        number: Of the version.
        folder: Its SavedModel.
        runs: How many there may be at the same time.

    Attributes:
        state: As TensorFlow Serving names it.
        failure: Why it ended, if it could not be loaded.
        batching: How its requests may be put together.
    """

    def __init__(self, name: str, number: int, folder: Path, runs: int):
        self.name, self.number, self.folder, self._runs = name, number, folder, runs
        self.state = State.START
        self.failure: Refusal | None = None
        self.batching = ALONE
        self._model: LoadedModel | None = None
        self._files = ()
        self._users, self._changed = 0, threading.Condition()

    @property
    def available(self) -> bool:
        """Whether it takes requests."""
        return self.state == State.AVAILABLE

    @property
    def loaded(self) -> bool:
        """Whether it holds memory: from its loading until it is unloaded."""
        return self._model is not None

    @property
    def model(self) -> LoadedModel:
        """The loaded model.

        Raises:
            Refusal: UNAVAILABLE, there is none.
        """
        if self._model is None:
            raise Refusal(grpc.StatusCode.UNAVAILABLE, f"version {self.number} of model {self.name} is not loaded")
        return self._model

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
            self.batching = read_batching_parameters(self.folder) or ALONE
            self._model = LoadedModel(self.folder, self._runs)
            _warm_up(self._model, self.folder / WARM_UP)
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

    def release(self, _: Future | None = None) -> None:
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
        if self._model is not None:
            self._model.close()
        self._model, self.state = None, State.END
        gc.collect()  # Graphs are full of cycles, and hold much memory that Python does not know of.

    def status(self) -> ModelVersionStatus:
        """Its state as TensorFlow Serving reports it."""
        found = ModelVersionStatus(version=self.number, state=self.state)
        code = grpc.StatusCode.OK if self.failure is None else self.failure.code
        found.status.error_code = code.value[0]
        found.status.error_message = str(self.failure or "")
        return found


def _warm_up(model: LoadedModel, records: Path) -> None:
    """Answers a file of requests, if there is one, before anybody else asks: the first ones are slow.

    Raises:
        Refusal: A record cannot be read, or fails; as in TensorFlow Serving, the version is then not fit to be served.
    """
    if not records.is_file():
        return
    for number, record in enumerate(tf.data.TFRecordDataset(str(records)).as_numpy_iterator(), 1):
        log = PredictionLog.FromString(record)
        if log.HasField("predict_log"):
            _warm_up_with(model, log.predict_log.request, number)


def _warm_up_with(model: LoadedModel, request: PredictRequest, number: int) -> None:
    name = request.model_spec.signature_name
    try:
        arrays = {key: array_of(key, proto) for key, proto in request.inputs.items()}
        model.run(name, checked_inputs(model.signature(name), arrays), request.output_filter)
    except Refusal as refusal:
        raise Refusal(refusal.code, f"warm-up request {number} failed: {refusal}") from refusal
