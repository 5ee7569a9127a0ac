"""`python -m benchmarks [PART ...]`: the figures of computations, as ratios to what the machine can do."""

import argparse
import json
from collections.abc import Sequence

from benchmarks import dream, features, masks, neighbours, one_pass, optimizers, precision, tiles, visualize

__all__ = ["main"]

PARTS = {
    "optimizers": optimizers,
    "one-pass": one_pass,
    "neighbours": neighbours,
    "dream": dream,
    "features": features,
    "visualize": visualize,
    "precision": precision,
    "tiles": tiles,
    "masks": masks,
}
IF_NAMED = ("precision", "tiles", "masks")  # which take an hour where a machine has no bfloat16


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    known = f"what to measure: {', '.join(PARTS)} (default: all but {', '.join(IF_NAMED)})"
    parser.add_argument("parts", nargs="*", metavar="PART", choices=[*PARTS, []], help=known)
    parser.add_argument("--json", action="store_true", help="print one line of JSON in place of a table")
    arguments = parser.parse_args(argv)
    parts = arguments.parts or [part for part in PARTS if part not in IF_NAMED]
    measured = {part: PARTS[part].measure() for part in parts}
    tables = (PARTS[part].table(figures) for part, figures in measured.items())
    print(json.dumps(measured) if arguments.json else "\n\n".join(tables))


if __name__ == "__main__":
    main()
