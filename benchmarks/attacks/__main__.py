"""`python -m benchmarks.attacks`: attacks `nst-tf serve` on this machine, beside good requests; some minutes.

The status is 1 if a good request fails, health is silent for too long, or anything else is not as it must be.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchmarks.attacks.measured import FULL, TARGETS, measure
from benchmarks.serving.targets import line, missed

__all__ = ["main", "table"]


def table(measured: Mapping[str, Any]) -> str:
    """The figures, and for each target whether it was reached."""
    by = ", ".join(f"{number} over {name}" for name, number in measured["by"].items())
    memory = ", ".join(f"{one:.0f}" for one in measured["memory"])
    facts = [
        f"{measured['requests']} good requests, {measured['beside']} of them beside the attacks: {by}; the slowest "
        f"answer took {measured['longest']:.2f} s",
        f"health was asked for {measured['grpc_asked']:.0f} times over gRPC, {measured['rest_asked']:.0f} over REST",
        f"memory after each round in MB: {memory}",
        *(f"{attack}: {', '.join(f'{count} x {code}' for code, count in codes.items())}"
          for attack, codes in measured["attacks"].items()),
        *(f"failed: {count} x {failure}" for failure, count in measured["failures"].items()),
        *(f"unexpected: {one}" for one in measured["unexpected_answers"]),
    ]  # fmt: skip
    return "\n".join([*facts, *(line(target, measured[target.name]) for target in TARGETS)])


def main(argv: Sequence[str] | None = None) -> int:
    """Attacks and prints; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.attacks", description=__doc__)
    parser.add_argument("--requests", type=int, default=FULL.requests, help="good ones (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=FULL.rounds, help="of all attacks (default: %(default)s)")
    parser.add_argument("--log", action="store_true", help="also print the server's log")
    parser.add_argument("--json", action="store_true", help="print one line of JSON in place of a table")
    arguments = parser.parse_args(argv)
    extent = replace(FULL, requests=arguments.requests, rounds=arguments.rounds)
    measured = measure(extent, lambda text: print(text, file=sys.stderr))
    failed = missed(measured, TARGETS)
    if arguments.log:
        print(measured["log"], file=sys.stderr)
    print(json.dumps({"attacks": measured, "missed": failed}) if arguments.json else table(measured))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
