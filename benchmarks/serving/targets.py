"""What is to be reached, and how to tell it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = ["TARGETS", "Target", "missed"]


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


def missed(measured: Mapping[str, Any]) -> list[str]:
    """The names of the figures that are not within their bounds."""
    return [target.name for target in TARGETS if not target.reached(measured[target.name])]
