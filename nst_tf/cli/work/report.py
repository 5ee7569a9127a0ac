"""What is printed of a finished picture, on standard output."""

import json
import math
import sys
from argparse import Namespace
from collections.abc import Mapping
from numbers import Real
from typing import Any

from nst_tf.cli.shell.failure import one_line
from nst_tf.cli.work.jobs import Job
from nst_tf.progress import Progress, Result

__all__ = ["peak_memory_mb", "report"]


def report(job: Job, arguments: Namespace, progress: Progress, result: Result, facts: Mapping[str, Any]) -> None:
    """Prints a line of JSON, or one for people.

    Args:
        job: What was made.
        arguments: Of the command line: `json` and `preset`.
        progress: The last one.
        result: Its result.
        facts: What the recipe has to tell besides; the line for people has the numbers among it.
    """
    if arguments.json:
        print(json.dumps(_record(job, arguments.preset, progress, result, facts)), flush=True)
    else:
        print(_line(job, progress, result, facts), flush=True)


def _line(job: Job, progress: Progress, result: Result, facts: Mapping[str, Any]) -> str:
    height, width = result.image.shape[:2]
    made = [f"{width}x{height}", f"{progress.step} evaluations", f"{progress.seconds:.1f} s"]
    made += [f"loss {progress.loss:.3g}"]
    made += [f"{name.replace('_', ' ')} {value:.3g}" for name, value in facts.items() if isinstance(value, Real)]
    made += [] if result.finished else ["stopped early"]
    return f"wrote {one_line(str(job.target))} ({', '.join(made)})"


def _record(job: Job, preset: str, progress: Progress, result: Result, facts: Mapping[str, Any]) -> dict:
    height, width = result.image.shape[:2]
    content = {} if job.content is None else {"content": str(job.content)}
    return {
        **content,
        **{name: _finite(value) if isinstance(value, Real) else value for name, value in facts.items()},
        "output": str(job.target),
        "width": width,
        "height": height,
        "preset": preset,
        "precision": result.precision,
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
