"""What is printed of a finished picture, on standard output."""

import json
import math
import sys
from argparse import Namespace

from nst_tf.cli.failure import one_line
from nst_tf.cli.jobs import Job
from nst_tf.recipes.progress import Progress, Result

__all__ = ["peak_memory_mb", "report"]


def report(job: Job, arguments: Namespace, progress: Progress, result: Result) -> None:
    """Prints a line of JSON, or one for people."""
    line = json.dumps(_record(job, arguments, progress, result)) if arguments.json else _line(job, progress, result)
    print(line, flush=True)


def _line(job: Job, progress: Progress, result: Result) -> str:
    height, width = result.image.shape[:2]
    made = f"{width}x{height}, {progress.step} evaluations, {progress.seconds:.1f} s, loss {progress.loss:.3g}"
    return f"wrote {one_line(str(job.target))} ({made}{'' if result.finished else ', stopped early'})"


def _record(job: Job, arguments: Namespace, progress: Progress, result: Result) -> dict:
    height, width = result.image.shape[:2]
    return {
        "content": str(job.content),
        "styles": arguments.styles,
        "output": str(job.target),
        "width": width,
        "height": height,
        "preset": arguments.preset,
        "seed": result.settings.seed,
        "finished": result.finished,
        "steps": progress.step,
        "seconds": round(progress.seconds, 3),
        "loss": _finite(progress.loss),
        "losses": {name: _finite(value) for name, value in result.losses.items()},
        "peak_memory_mb": peak_memory_mb(),
    }


def _finite(value: float) -> float | None:
    # JSON has neither infinity nor NaN.
    return float(value) if math.isfinite(value) else None


def peak_memory_mb() -> float | None:
    """The most memory in MB (10^6 bytes) that the process has had so far; `None` on Windows."""
    if sys.platform == "win32":
        return None
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)
