"""`python -m benchmarks.serving`: measures `nst-tf serve` against its targets; about 15 minutes.

Throughput, latency, version swaps, memory and hostile images. The status is 1 if it does not reach what it must.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.serving.measured import FULL, SHORT, measure
from benchmarks.serving.targets import TARGETS, line, missed

__all__ = ["main", "table"]


def table(measured: Mapping[str, Any]) -> str:
    """The figures, and for each target whether it was reached."""
    facts = (
        f"{measured['served']:.1f} images/s through the server, {measured['direct']:.1f} directly; half of the answers "
        f"within {1000 * measured['p50']:.0f} ms, 99 % within {1000 * measured['p99']:.0f} ms"
    )
    return "\n".join([facts, *(line(target, measured[target.name]) for target in TARGETS)])


def main(argv: Sequence[str] | None = None) -> int:
    """Measures and prints; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a minute that only shows that all works")
    parser.add_argument("--json", action="store_true", help="print one line of JSON in place of a table")
    arguments = parser.parse_args(argv)
    measured = measure(SHORT if arguments.short else FULL)
    failed = missed(measured)
    print(json.dumps({"serving": measured, "missed": failed}) if arguments.json else table(measured))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
