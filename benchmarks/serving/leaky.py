"""The server with a leak: what the soak must find, or it would find nothing."""

import sys

from nst_tf.cli.main import run
from nst_tf.serve.server import queue

__all__ = ["LEAKY", "leak"]

LEAKY = "from benchmarks.serving.leaky import leak; leak()"
LOST = 5_000_000  # bytes with each request


def leak() -> None:
    """Runs `nst-tf serve` with the options of the command line, and loses memory with each request."""
    lost, compute = [], queue.compute

    def compute_and_lose(requests):
        lost.append(len(requests) * LOST * b"x")
        compute(requests)

    queue.compute = compute_and_lose
    sys.exit(run(["serve", *sys.argv[1:]]))
