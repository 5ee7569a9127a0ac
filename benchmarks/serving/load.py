"""Many requests at the same time, and how each of them fared."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import grpc
import numpy as np
from tensorflow_serving.apis.predict_pb2 import PredictRequest, PredictResponse

__all__ = ["Load", "Sender", "run_load"]

TIMEOUT = 120.0
METHOD = "/tensorflow.serving.PredictionService/Predict"
OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class Sender:
    """Sends requests to a server, in a `with` block; it uses the public method and nothing of our client."""

    def __init__(self, address: str):
        self.channel = grpc.insecure_channel(address, OPTIONS)
        # Of bytes, so that the answers are not taken apart on the processors that are measured.
        self._send = self.channel.unary_unary(METHOD)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.channel.close()

    def __call__(self, request: bytes) -> bytes:
        """Sends a request that was serialized before; returns the answer as it came."""
        return self._send(request, timeout=TIMEOUT)

    def ask(self, request: PredictRequest) -> PredictResponse:
        """Sends a request."""
        return PredictResponse.FromString(self(request.SerializeToString()))


@dataclass
class Load:
    """What became of requests.

    Attributes:
        seconds: That all took.
        latencies: Seconds of each that was answered, in the order of their ends.
        failures: How many failed, by what they failed with.
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    failures: Counter = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: float) -> float:
        """Seconds within which this part of the answers came."""
        return float(np.percentile(self.latencies, percent))


def run_load(send: Callable[[], object], wanted: Callable[[int], bool], concurrency: int = 8) -> Load:
    """Sends requests one after the other from several threads.

    Args:
        send: Sends one and waits for the answer.
        wanted: Whether one more is to be sent, by the number of those before.
        concurrency: How many threads.
    """
    load, numbers, lock = Load(), iter(range(2**62)), threading.Lock()

    def work():
        while True:
            with lock:
                number = next(numbers)
            if not wanted(number):
                return
            started = time.perf_counter()
            try:
                send()
                load.latencies.append(time.perf_counter() - started)
            except grpc.RpcError as error:
                load.failures[f"{error.code().name}: {error.details()}"] += 1

    started = time.perf_counter()
    threads = [threading.Thread(target=work) for _ in range(concurrency)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.seconds = time.perf_counter() - started
    return load
