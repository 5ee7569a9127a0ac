"""All models that are served, and the thread that keeps them up to date."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator

import grpc
from tensorflow_serving.config.model_server_config_pb2 import ModelConfig, ModelServerConfig

from nst_tf.serve.codec.refusal import Refusal, invalid
from nst_tf.serve.server.model import Model

__all__ = ["Models"]


class Models:
    """The models.

    Args:
        find: What to serve, asked before each look at the folders.
        capacity: How many requests of one model may wait.
        workers: How many of one model are computed at the same time.
        poll: Seconds between two looks.
    """

    def __init__(self, find: Callable[[], ModelServerConfig], capacity: int, workers: int, poll: float):
        self._find, self._capacity, self._workers, self._poll = find, capacity, workers, poll
        self._models: dict[str, Model] = {}
        self._loading = "loading"  # and which, until all have been tried once
        self._updating = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="models", daemon=True)

    def __iter__(self) -> Iterator[Model]:
        return iter(self._models.values())

    def __getitem__(self, name: str) -> Model:
        """A model.

        Raises:
            Refusal: There is none of this name.
        """
        if not name:
            raise invalid("ModelSpec has no name specified.")
        if name not in self._models:
            known = ", ".join(sorted(self._models)) or "no model"
            message = f"Servable not found for request: Latest({name}); there is: {known}"
            raise Refusal(grpc.StatusCode.NOT_FOUND, message)
        return self._models[name]

    def start(self) -> bool:
        """Loads all models, then looks for changes in the background; `False` if it was stopped before."""
        self.update()
        if self._stop.is_set():
            return False
        self._loading = ""
        self._thread.start()
        return True

    def stop_loading(self) -> None:
        """Has `start` end after the model that it loads now."""
        self._stop.set()

    def check_loaded(self) -> None:
        """Checks that what is loaded at the start has been loaded.

        Raises:
            Refusal: UNAVAILABLE, with how far that is.
        """
        if self._loading:
            raise Refusal(grpc.StatusCode.UNAVAILABLE, f"the server is {self._loading}; try again later")

    def stop(self, patience: float) -> None:
        """Unloads all models.

        Args:
            patience: Seconds after which requests that still run are cancelled.
        """
        self._stop.set()
        with self._updating:
            for model in self:
                model.close(patience)
            self._models = {}

    def update(self) -> None:
        """Looks at the folders once."""
        with self._updating:
            self._apply(self._find())

    def reload(self, config: ModelServerConfig) -> None:
        """Serves the models of a configuration that was checked from now on, and returns when they are ready.

        Raises:
            Refusal: The configuration labels a version that is not available, and nothing was changed;
                or a new model cannot be loaded.
        """
        with self._updating:
            self._check_labels(config)
            before = set(self._models)
            self._find = lambda: config
            self._apply(config)
            _check_available([model for model in self if model.name not in before])

    def _watch(self) -> None:
        trouble = None
        while not self._stop.wait(self._poll):
            try:
                self.update()
                trouble = None
            except Exception as error:  # Whatever is wrong with the folders now, the next look may find them mended.
                if str(error) != trouble:
                    logging.warning("cannot look for new versions: %s", error)
                trouble = str(error)

    def _apply(self, config: ModelServerConfig) -> None:
        if self._stop.is_set():
            return
        wanted = {model.name: model for model in config.model_config_list.config}
        gone = [model for name, model in self._models.items() if name not in wanted]
        self._models = {name: self._model(name, found) for name, found in wanted.items()}
        for number, model in enumerate(self, 1):
            if self._stop.is_set():
                return
            if self._loading:
                self._loading = f"loading {number} of {len(wanted)}"
                logging.info("%s: %s", self._loading, model.name)
            model.update()
            model.labels = dict(model.config.version_labels)
        for model in gone:
            model.close()

    def _model(self, name: str, config: ModelConfig) -> Model:
        model = self._models.get(name) or Model(config, self._capacity, self._workers)
        model.config = config
        return model

    def _check_labels(self, config: ModelServerConfig) -> None:
        for model in config.model_config_list.config:
            available = self._models[model.name].available if model.name in self._models else []
            for number in model.version_labels.values():
                if number not in available:
                    raise Refusal(
                        grpc.StatusCode.FAILED_PRECONDITION,
                        f"Request to assign label to version {number} of model {model.name}, "
                        "which is not currently available for inference",
                    )


def _check_available(models: Iterable[Model]) -> None:
    failed = [model.name for model in models if not model.available]
    if failed:
        message = f"{len(failed)} model(s) did not become available: {', '.join(failed)}"
        raise Refusal(grpc.StatusCode.UNKNOWN, message)
