"""Measures a server against its targets."""

import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusRequest, ModelVersionStatus
from tensorflow_serving.apis.model_service_pb2_grpc import ModelServiceStub
from tensorflow_serving.apis.predict_pb2 import PredictRequest

from benchmarks.serving.hostile import bombs, mutations
from benchmarks.serving.leaky import LEAKY
from benchmarks.serving.load import Load, Sender, run_load
from benchmarks.serving.process import ServerProcess
from nst_tf.export.export import export
from nst_tf.export.models.features import features

__all__ = ["FULL", "SHORT", "Extent", "measure"]

MODEL, LAYERS, SIDE = "alexnet", ("relu5",), 224
CONCURRENCY = 8
WINDOW = 0.25  # part of a soak over which memory is taken


@dataclass(frozen=True)
class Extent:
    """How much is measured.

    Attributes:
        rounds: In which the model is called directly and through the server, in turns.
        images: Of each round.
        requests: Of the test for failures.
        swaps: Of versions under load.
        loads: Of versions without load, for the first request after each.
        soak: Seconds under load.
        leak: Seconds of the same with a leak.
        hostile: Damaged images.
    """

    rounds: int
    images: int
    requests: int
    swaps: int
    loads: int
    soak: float
    leak: float
    hostile: int


FULL = Extent(rounds=7, images=400, requests=10_000, swaps=20, loads=5, soak=600, leak=60, hostile=1000)
SHORT = Extent(rounds=1, images=24, requests=48, swaps=2, loads=1, soak=1.5, leak=1.5, hostile=40)


def measure(extent: Extent = FULL) -> dict[str, Any]:
    """All figures, as plain data; `TARGETS` says what they are to be.

    Args:
        extent: How much to measure.
    """
    with tempfile.TemporaryDirectory() as folder:
        models = Path(folder)
        version = export(features(MODEL, layers=LAYERS, side=SIDE), models)
        with ServerProcess(models) as server, Sender(server.address) as sender:
            measured = _Measured(version, server, sender).all(extent)
        with ServerProcess(models, LEAKY) as server, Sender(server.address) as sender:
            measured["leak_growth"] = _Measured(version, server, sender).soak(extent.leak)["growth"]
    return measured


def _pixels() -> np.ndarray:
    return np.random.default_rng(0).random((1, SIDE, SIDE, 3), np.float32)


def _request(signature: str, name: str, value) -> PredictRequest:
    request = PredictRequest()
    request.model_spec.name, request.model_spec.signature_name = "features", signature
    request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    return request


class _Measured:
    """A running server with the `features` of a version folder."""

    def __init__(self, version: Path, server: ServerProcess, sender: Sender):
        self.version, self.server, self.sender = version, server, sender
        self.newest = int(version.name)
        request = _request("pixels", "image", _pixels()).SerializeToString()
        self.send = lambda: sender(request)
        self.load(4 * CONCURRENCY)

    def load(self, number: int, concurrency: int = CONCURRENCY) -> Load:
        return run_load(self.send, lambda before: before < number, concurrency)

    def all(self, extent: Extent) -> dict[str, Any]:
        return {
            **self.rates(extent.rounds, extent.images),
            **self.requests(extent.requests),
            **self.swaps(extent.swaps),
            **self.first(extent.loads),
            **self.soak(extent.soak),
            **self.hostile(extent.hostile),
        }

    def rates(self, rounds: int, images: int) -> dict[str, float]:
        """Images a second through the server and directly, in turns so that both see the same machine."""
        signature, pixels = tf.saved_model.load(str(self.version)).signatures["pixels"], _pixels()

        def call():
            return {name: tensor.numpy() for name, tensor in signature(image=tf.constant(pixels)).items()}

        def direct(number):
            return run_load(call, lambda before: before < number)

        direct(2 * CONCURRENCY)
        turns = [(direct(images).rate, self.load(images).rate) for _ in range(rounds)]
        return {
            "direct": statistics.median(theirs for theirs, _ in turns),
            "served": statistics.median(ours for _, ours in turns),
            "fraction": statistics.median(ours / theirs for theirs, ours in turns),
        }

    def requests(self, number: int) -> dict[str, Any]:
        load = self.load(number)
        p50, p99 = load.percentile(50), load.percentile(99)
        return {
            "requests": number,
            "p50": p50,
            "p99": p99,
            "p99_over_p50": p99 / p50,
            "failed": sum(load.failures.values()),
            "failures": dict(load.failures),
        }

    def swaps(self, number: int) -> dict[str, Any]:
        """Puts new versions in place while requests come."""
        with self._under_load() as finish:
            for _ in range(number):
                self.swap()
            load = finish()
        return {
            "swaps": number,
            "requests_in_swaps": len(load.latencies),
            "failed_in_swaps": sum(load.failures.values()),
        }

    def _under_load(self):
        return _UnderLoad(self.send)

    def swap(self) -> None:
        """Puts a copy of the version in place as the next, and waits until it alone is available."""
        self.newest += 1
        target = self.version.with_name(str(self.newest))
        beside = self.version.with_name(f".{target.name}.tmp")
        shutil.copytree(self.version, beside)
        beside.rename(target)
        while self._available() != [self.newest]:
            time.sleep(0.05)

    def _available(self) -> list[int]:
        request = GetModelStatusRequest()
        request.model_spec.name = "features"
        statuses = ModelServiceStub(self.sender.channel).GetModelStatus(request, timeout=60).model_version_status
        ended = ModelVersionStatus.State.END
        return [status.version for status in statuses if status.state != ended]

    def first(self, loads: int) -> dict[str, float]:
        """The first request after each of some loads, relative to the usual one, nobody else asking."""
        firsts = []
        for _ in range(loads):
            self.swap()
            firsts += self.load(1, 1).latencies
        usual = self.load(20, 1).percentile(50)
        return {"first": statistics.median(firsts), "first_over_p50": statistics.median(firsts) / usual}

    def soak(self, seconds: float) -> dict[str, float]:
        """How memory grew over the second half of a time under load, by the medians of the quarters before its ends."""
        samples, started = [], time.monotonic()
        with self._under_load() as finish:
            while (now := time.monotonic() - started) < seconds:
                samples.append((now / seconds, self.server.memory))
                time.sleep(min(1.0, seconds / 100))
            load = finish()
        half, end = (_median_before(samples, part) for part in (0.5, 1.0))
        return {"soak": seconds, "soak_requests": len(load.latencies), "growth": end - half}

    def hostile(self, number: int) -> dict[str, Any]:
        """Sends damaged images and bombs; after all of them, a good one must be answered."""
        before, failures = self.server.memory, 0
        for image in [*bombs().values(), *mutations(number)]:
            failures += not self._is_harmless(image)
        self.send()
        return {"hostile": number, "hostile_failures": failures, "hostile_growth": self.server.memory - before}

    def _is_harmless(self, image: bytes) -> bool:
        """Whether the image is answered, or refused as an invalid argument."""
        try:
            self.sender.ask(_request("serving_default", "image_bytes", [image]))
        except grpc.RpcError as error:
            return error.code() == grpc.StatusCode.INVALID_ARGUMENT
        return True


def _median_before(samples: list[tuple[float, float]], part: float) -> float:
    return statistics.median(memory for time, memory in samples if part - WINDOW <= time <= part)


class _UnderLoad:
    """Sends requests in the background while a block runs; what the block is given ends them."""

    def __init__(self, send: Callable[[], object]):
        self._send, self._done = send, threading.Event()

    def __enter__(self) -> Callable[[], Load]:
        self._pool = ThreadPoolExecutor(1)
        self._load = self._pool.submit(run_load, self._send, lambda _: not self._done.is_set(), CONCURRENCY)
        return self._finish

    def _finish(self) -> Load:
        self._done.set()
        return self._load.result()

    def __exit__(self, *_):
        self._done.set()
        self._pool.shutdown()
