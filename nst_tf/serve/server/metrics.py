"""What Prometheus is told."""

from collections.abc import Iterable

import grpc
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from nst_tf.serve.server.model import Model

__all__ = ["CONTENT_TYPE", "PATH", "Metrics"]

PATH = "/monitoring/prometheus/metrics"  # where TensorFlow Serving has them
CONTENT_TYPE = "text/plain; version=0.0.4"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """Counts requests, and looks at the models when it is asked.

    Args:
        models: All models.
    """

    def __init__(self, models: Iterable[Model]):
        self._registry = CollectorRegistry()
        self._registry.register(_Models(models))
        self._requests = Counter("nst_tf_requests", "Requests by the code of their answer.",
                                 ["model", "interface", "code"], registry=self._registry)  # fmt: skip
        self._seconds = Histogram("nst_tf_request_seconds", "Time from a request to its answer.",
                                  ["model", "interface"], buckets=SECONDS, registry=self._registry)  # fmt: skip

    def count(self, model: str, interface: str, code: grpc.StatusCode, seconds: float) -> None:
        """Counts a request for predictions.

        Args:
            model: Of which; empty if there is none of the name, for a client may make up any number of names.
            interface: `"grpc"` or `"rest"`.
            code: Of the answer.
            seconds: From the request to the answer.
        """
        self._requests.labels(model, interface, code.name).inc()
        self._seconds.labels(model, interface).observe(seconds)

    def text(self) -> bytes:
        """All of it, in Prometheus' text format."""
        return generate_latest(self._registry)


class _Models(Collector):
    def __init__(self, models: Iterable[Model]):
        self._models = models

    def collect(self) -> list[GaugeMetricFamily]:
        waiting = GaugeMetricFamily("nst_tf_waiting_requests", "Requests in the queue.", labels=["model"])
        available = GaugeMetricFamily("nst_tf_version_available", "Versions that take requests.",
                                      labels=["model", "version"])  # fmt: skip
        for model in self._models:
            waiting.add_metric([model.name], len(model.queue))
            for number in model.available:
                available.add_metric([model.name, str(number)], 1)
        return [waiting, available]
