"""Those who ask in good faith, all the while, over gRPC and REST: none may fail, and every answer must be right."""

import contextlib
import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

from benchmarks.attacks.attacked import PATIENCE, Attacked, predict_request
from nst_tf.backbones import feature_extractor, open_network

__all__ = ["Good", "good_requests"]

SIDE = 24
CLOSE = 1e-4  # of values up to about 1, computed in batches of other sizes


class Good:
    """How good requests fared.

    Attributes:
        answered: How many were, by who asked.
        wrong: Of these, whose answers were wrong.
        failures: What others failed with, and how often.
        longest: Seconds until the slowest answer.
    """

    def __init__(self):
        self.answered, self.failures = Counter(), Counter()
        self.wrong, self.longest = 0, 0.0

    @property
    def all(self) -> int:
        """How many were asked."""
        return sum(self.answered.values()) + sum(self.failures.values())

    def ask(self, name: str, ask: Callable[[], np.ndarray], right: np.ndarray) -> None:
        """Asks once, and counts."""
        begun = time.monotonic()
        try:
            found = ask()
        except Exception as error:  # whatever it is, it is to be counted
            self.failures[f"{name}: {error!r:.200}"] += 1
            return
        self.answered[name] += 1
        self.longest = max(self.longest, time.monotonic() - begun)
        self.wrong += not (found.shape == right.shape and np.allclose(found, right, atol=CLOSE))


@contextlib.contextmanager
def good_requests(server: Attacked, number: int, pause: float) -> Iterator[Good]:
    """While the block runs, and until there were so many, three clients send good requests, with a pause after each."""
    image = np.random.default_rng(0).random((1, SIDE, SIDE, 3), np.float32)
    right = feature_extractor(open_network("alexnet"), ["relu1"])(image)["relu1"].numpy()
    good, done = Good(), threading.Event()

    def work(name: str, ask: Callable[[], np.ndarray]) -> None:
        while not done.is_set() or good.all < number:
            good.ask(name, ask, right)
            time.sleep(pause)

    with contextlib.closing(http.client.HTTPConnection(server.server.host, server.server.rest_port)) as kept:
        body = json.dumps({"signature_name": "pixels", "inputs": image.tolist()}).encode()
        asks = {
            "gRPC": _over_grpc(server, image),
            "REST, kept connection": lambda: _over_kept(kept, body),
            "REST, new connections": lambda: np.array(server.post(body)[1]["outputs"], np.float32),
        }
        threads = [threading.Thread(target=work, args=one) for one in asks.items()]
        for thread in threads:
            thread.start()
        try:
            yield good
        finally:
            done.set()
            for thread in threads:
                thread.join()


def _over_grpc(server: Attacked, image: np.ndarray) -> Callable[[], np.ndarray]:
    predict, request = PredictionServiceStub(server.channel).Predict, predict_request({"image": image}, "pixels")
    return lambda: tf.make_ndarray(predict(request, timeout=PATIENCE).outputs["relu1"])


def _over_kept(connection: http.client.HTTPConnection, body: bytes) -> np.ndarray:
    """Asks over a connection that is there; one that was closed while nothing was asked is opened again."""
    connection.timeout = PATIENCE
    try:
        connection.request("POST", "/v1/models/features:predict", body)
        answer = connection.getresponse()
    except ConnectionError:
        connection.close()
        connection.request("POST", "/v1/models/features:predict", body)
        answer = connection.getresponse()
    return np.array(json.loads(answer.read())["outputs"], np.float32)
