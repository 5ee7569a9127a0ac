"""`nst-tf bench`: how fast this machine is."""

import json
from argparse import Namespace

from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.values import count

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Measure how fast this machine makes pictures, and what they are made of."
PARTS = ("stylize", "fast", "dream", "features", "visualize")


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.add_argument("parts", nargs="*", metavar="PART", choices=[*PARTS, []],
                        help=f"what to measure: {', '.join(PARTS)} (default: all; some minutes)")  # fmt: skip
    parser.add_argument("--size", type=count, metavar="PIXELS",
                        help="longest side of pictures (default: 512; of features 128, of visualize 224)")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print one line of JSON instead of a table")


def run(arguments: Namespace) -> int:
    """Measures and prints."""
    # Only now what takes a while to import.
    from nst_tf.cli.shell.tensorflow_import import import_tensorflow

    import_tensorflow(arguments.debug)
    from nst_tf.cli.work.machine import MEASURES

    measured = {}
    for part in arguments.parts or PARTS:
        measure, usual = MEASURES[part]
        measured[part] = measure(arguments.size or usual)
    print(json.dumps(measured) if arguments.json else _table(measured))
    return 0


def _table(measured: dict[str, dict]) -> str:
    lines = {
        "stylize": _stylize,
        "fast": _fast,
        "dream": _dream,
        "features": _features,
        "visualize": _visualize,
    }
    return "\n".join(lines[name](figures) for name, figures in measured.items())


def _line(what: str, value: float, unit: str, more: str = "") -> str:
    return f"{what:36} {value:8.2f} {unit:9} {more}".rstrip()


def _stylize(figures: dict) -> str:
    size = f"{figures['width']}x{figures['height']}"
    rate = f"{figures['gflops']:.0f} GFLOP/s, {figures['fraction']:.0%} of the matrix product"
    return "\n".join(
        [
            _line(f"stylize, {size}", figures["picture"], "s"),
            _line(f"one of its evaluations, {size}", figures["evaluation"], "s", rate),
            _line("matrix product, float32", figures["matmul_gflops"], "GFLOP/s"),
        ]
    )


def _fast(figures: dict) -> str:
    more = f"{figures['picture_and_style']:.2f} s with a new style"
    return _line(f"stylize --fast, {figures['width']}x{figures['height']}", figures["picture"], "s", more)


def _dream(figures: dict) -> str:
    return _line(f"dream, {figures['size']} px", figures["picture"], "s")


def _features(figures: dict) -> str:
    return _line(f"visualize-features, a step, {figures['size']} px", figures["step"], "s")


def _visualize(figures: dict) -> str:
    size = figures["size"]
    return "\n".join(
        [
            _line(f"AlexNet to relu5, {size} px", figures["images"], "images/s"),
            _line(f"deconv from there, {size} px", figures["projections"], "images/s"),
        ]
    )
