"""What computes on this machine."""

import os
import platform
from pathlib import Path
from typing import Any

__all__ = ["devices"]


def devices() -> dict[str, Any]:
    """Processor, threads, GPUs, whether oneDNN is used, and the precision of this machine. Imports TensorFlow."""
    import tensorflow as tf
    from tensorflow.python.util import _pywrap_util_port

    from nst_tf.backbones.precision import machine_precision

    gpus = [tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")]
    names = [details.get("device_name", "unknown") for details in gpus]
    found = {"CPU": _cpu(), "threads": _threads(), "GPU": names, "oneDNN": _pywrap_util_port.IsMklEnabled()}
    return found | {"precision": machine_precision()._asdict()}


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _threads() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
