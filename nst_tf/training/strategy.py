"""Devices and machines to train on."""

import json
import os
from collections.abc import Callable

import tensorflow as tf

from nst_tf.errors import InputError, unknown

__all__ = ["STRATEGIES", "is_chief", "open_strategy"]


def _multiworker() -> tf.distribute.Strategy:
    try:
        json.loads(os.environ["TF_CONFIG"])["cluster"]["worker"]
    except (KeyError, TypeError, ValueError):
        raise InputError(
            "multiworker needs the environment variable TF_CONFIG, such as "
            '{"cluster": {"worker": ["host1:12345", "host2:12345"]}, "task": {"type": "worker", "index": 0}}'
        ) from None
    return tf.distribute.MultiWorkerMirroredStrategy()


STRATEGIES: dict[str, Callable[[], tf.distribute.Strategy]] = {
    "none": tf.distribute.get_strategy,
    "mirrored": tf.distribute.MirroredStrategy,
    "multiworker": _multiworker,
}


def open_strategy(name: str = "none") -> tf.distribute.Strategy:
    """How to distribute training.

    Args:
        name: `"none"`, one device; `"mirrored"`, all GPUs of this machine; `"multiworker"`, those of the machines of
            the environment variable `TF_CONFIG`, each of which runs the same program: it waits for the others.

    Raises:
        InputError: The name is none of these, or there is no `TF_CONFIG` or it is not understood.
    """
    if name not in STRATEGIES:
        raise unknown("way to distribute", name, STRATEGIES)
    return STRATEGIES[name]()


def is_chief(strategy: tf.distribute.Strategy) -> bool:
    """Whether this process is the only one, or the one that writes files."""
    resolver = strategy.cluster_resolver
    if resolver is None or resolver.task_type is None:
        return True
    has_chief = "chief" in resolver.cluster_spec().jobs
    return resolver.task_type == "chief" or (not has_chief and resolver.task_id == 0)
