"""`python -m benchmarks [PART ...]`: the figures of computations, as ratios to what the machine can do."""

import argparse
import json
from collections.abc import Sequence

from benchmarks import dream, features, one_pass, optimizers, visualize

__all__ = ["main"]

PARTS = {
    "optimizers": optimizers,
    "one-pass": one_pass,
    "dream": dream,
    "features": features,
    "visualize": visualize,
}


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", choices=[*PARTS, []],
                        help=f"what to measure: {', '.join(PARTS)} (default: all)")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print one line of JSON in place of a table")
    arguments = parser.parse_args(argv)
    measured = {part: PARTS[part].measure() for part in arguments.parts or PARTS}
    tables = (PARTS[part].table(figures) for part, figures in measured.items())
    print(json.dumps(measured) if arguments.json else "\n\n".join(tables))


if __name__ == "__main__":
    main()
