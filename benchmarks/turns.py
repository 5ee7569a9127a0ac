"""Timing in turns, so that all that is compared saw the same machine."""

import time
from collections.abc import Callable, Mapping
from statistics import median

__all__ = ["Turns", "passed", "timed"]

Turns = list[dict[str, float]]


def passed(run: Callable[[], object]) -> float:
    """The seconds that it takes; what computes on a device must wait for its result."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def timed(runs: Mapping[str, Callable[[], object]], rounds: int) -> tuple[dict[str, float], Turns]:
    """Runs all once to compile them, then in turns.

    Args:
        runs: What is timed, by name.
        rounds: How often.

    Returns:
        The median seconds of each, and the seconds of each turn.
    """
    for run in runs.values():
        run()
    turns = [{name: passed(run) for name, run in runs.items()} for _ in range(rounds)]
    return {name: median(turn[name] for turn in turns) for name in runs}, turns
