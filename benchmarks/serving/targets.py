"""What is to be reached, and how to tell it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

__all__ = ["TARGETS", "Target", "line", "missed"]


class Target(NamedTuple):
    """A bound for one figure: at least, or at most, so much."""

    name: str
    text: str
    bound: float
    least: bool = False

    def reached(self, value: float) -> bool:
        """Whether the figure is within the bound."""
        return value >= self.bound if self.least else value <= self.bound


TARGETS = (
    Target("fraction", "images a second, of those by calling the model directly", 0.85, least=True),
    Target("p99_over_p50", "p99 over p50 at saturation", 1.5),
    Target("failed", "failed requests", 0),
    Target("failed_in_swaps", "failed requests during version swaps", 0),
    Target("first_over_p50", "first request after a load over p50", 1.5),
    Target("growth", "MB of memory growth over the second half of the soak", 100),
    Target("leak_growth", "MB of the same with a leak, which must be seen", 100, least=True),
    Target("hostile_failures", "hostile images that were neither refused nor answered", 0),
    Target("hostile_growth", "MB of memory growth over the hostile images", 200),
)


def missed(measured: Mapping[str, Any], targets: Sequence[Target] = TARGETS) -> list[str]:
    """The names of the figures that are not within their bounds."""
    return [target.name for target in targets if not target.reached(measured[target.name])]


def line(target: Target, value: float) -> str:
    """A figure, with whether it is within its bound."""
    side = "at least" if target.least else "at most"
    verdict = "reached" if target.reached(value) else "MISSED"
    return f"{verdict:8} {value:8.4g}  {target.text} ({side} {target.bound:g})"
