"""`nst-tf diagnose`: how well networks use their architecture, side by side."""

import functools
import json
from argparse import Namespace
from collections.abc import Mapping

from absl import logging

from nst_tf.cli.replay.record import Recording, add_no_recipe
from nst_tf.cli.shell.failure import one_line
from nst_tf.cli.shell.files import Input
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.terminal import Meter, meter
from nst_tf.cli.work.network_options import MODEL, add_network
from nst_tf.cli.work.options import add_options, chosen
from nst_tf.errors import InputError
from nst_tf.progress import Stage
from nst_tf.visualize.settings import DIAGNOSIS, DiagnosisSettings

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Measure dead, constant and dominant filters, sparsity, frequency coverage and aliasing of networks."
MEASURES = ("dead", "const", "sparse", "rms")
LEGEND = (
    "",
    "dead, const: share of filters that never answer, and that always answer the same;",
    "sparse: share of activations at 0; rms: the largest filter over the median one",
)


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    text = f"{MODEL}; may be repeated, for a comparison (default: alexnet)"
    add_network(parser, dest="models", action="append", default=None, help=text)
    parser.add_argument("--images", type=Input, required=True, metavar="DIR",
                        help="folder of images, and of folders of images")  # fmt: skip
    parser.add_argument("-o", "--output", metavar="OUT", help="also draw a figure: .png, .svg or .pdf")
    add_options(parser, DIAGNOSIS)
    add_no_recipe(parser)
    parser.add_argument("--json", action="store_true", help="print one line of JSON instead of a table")
    parser.add_argument("--quiet", action="store_true", help="show no progress, and nothing but errors")


def run(arguments: Namespace) -> int:
    """Measures each network and prints."""
    settings, names = chosen(arguments, DIAGNOSIS), arguments.models or ["alexnet"]
    if len(set(names)) < len(names):
        raise InputError(f"a network was given more than once: {', '.join(names)}")
    # Only now what takes a while to import.
    from nst_tf.images.frames import find_images
    from nst_tf.visualize.figures import check_figure, save_figure

    paths = find_images(arguments.images)
    recording = None
    if arguments.output:
        check_figure(arguments.output)
        recording = Recording(arguments)
    from nst_tf.cli.shell.tensorflow_import import import_tensorflow

    import_tensorflow(arguments.debug)
    found = _measure(arguments, settings, names, paths)
    if recording is not None:
        from nst_tf.visualize.diagnosis.figure import diagnosis_figure

        save_figure(arguments.output, diagnosis_figure(found), recording.xmp())
        logging.info("wrote %s", one_line(arguments.output))
    print(json.dumps({name: _record(one) for name, one in found.items()}) if arguments.json else _table(found))
    for reason in next(iter(found.values())).skipped.values():
        logging.warning("skipped; %s", one_line(reason))
    return 0


def _measure(arguments: Namespace, settings: DiagnosisSettings, names: list[str], paths: list) -> dict:
    from nst_tf.backbones.open import open_network
    from nst_tf.visualize.diagnosis import diagnose

    # All before the work begins: one of them may not exist.
    models = {name: open_network(name, arguments.preprocessing) for name in names}
    found = {}
    with meter("", arguments.quiet) as shown:
        for name, model in models.items():
            report = functools.partial(_show, shown, f"diagnosing {name}")
            found[name] = diagnose(model, paths, **vars(settings), on_progress=report)
    return found


def _show(shown: Meter, name: str, done: int, images: int) -> None:
    shown.show(Stage(name, done, images))


def _record(one) -> dict:
    layers = [vars(layer) for layer in one.layers]
    shares = dict(zip(("low", "mid", "high"), one.frequency.shares, strict=True))
    return {
        "images": one.images,
        "skipped": {str(path): reason for path, reason in one.skipped.items()},
        "first_layer": {"window": list(one.window), "stride": list(one.stride)},
        "frequency": {**shares, "coverage": one.frequency.coverage},
        "aliasing": one.aliasing,
        "layers": layers,
    }


def _table(found: Mapping) -> str:
    """A column for each network, as wide as its measures of a layer."""
    rows = [
        ("", list(found)),
        ("images", [str(one.images) for one in found.values()]),
        ("first layer", [f"{one.window[0]}x{one.window[1]}, stride {one.stride[0]}" for one in found.values()]),
        ("  low, mid, high frequencies", [" ".join(map(_share, one.frequency.shares)) for one in found.values()]),
        ("  coverage of the three", [f"{one.frequency.coverage:.2f}" for one in found.values()]),
        ("second layer: aliasing", ["-" if one.aliasing is None else _share(one.aliasing) for one in found.values()]),
        ("layers", [" ".join(f"{title:>6}" for title in MEASURES) for _ in found]),
    ]
    depth = max(len(one.layers) for one in found.values())
    rows += [(f"  {index + 1}", [_layer(one, index) for one in found.values()]) for index in range(depth)]
    widths = [max(len(row[1][column]) for row in rows) for column in range(len(found))]
    return "\n".join([*(_line(title, cells, widths) for title, cells in rows), *LEGEND])


def _line(title: str, cells: list[str], widths: list[int]) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
    return f"{title:30}{'   '.join(padded)}".rstrip()


def _share(value: float) -> str:
    return f"{value:.1%}"


def _layer(one, index: int) -> str:
    if index >= len(one.layers):
        return ""
    layer = one.layers[index]
    cells = [_share(layer.dead), _share(layer.constant), _share(layer.sparsity), f"{layer.dominance:.2f}"]
    return " ".join(f"{cell:>6}" for cell in cells) + f"  {layer.name}"
