"""`nst-tf ablate`: which layers of a network matter, by training it without them."""

import json
from argparse import ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.terminal import Meter
from nst_tf.cli.shell.values import count
from nst_tf.cli.verbs.training.options import add_classes, add_recipe, add_running, report_skipped, training
from nst_tf.cli.work.options import add_group, chosen
from nst_tf.progress import Stage
from nst_tf.training.settings import CONVNET

if TYPE_CHECKING:
    from nst_tf.training import Ablation

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Train a network without some layers, or with other widths, and compare: Zeiler and Fergus's table 3."
EPILOG = (
    "Without --variant, the paper's: full, without-3-4, without-7, without-6-7, without-3-4-6-7 and "
    "maps-512-1024-512. Layers to leave out: conv3, conv4, conv5, fc6, fc7. Layers whose maps (of fc6 and fc7, units) "
    "can be chosen: conv1 to conv5, fc6, fc7; --width is applied to them, too. Example: --variant full --variant "
    "shallow:-conv3,-conv4,fc6=2048"
)


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.usage = "nst-tf ablate FOLDER -o OUT [options]"
    parser.epilog = EPILOG
    add_classes(parser)
    parser.add_argument("-o", "--output", metavar="OUT", required=True,
                        help="folder for the table and a run folder for each variant; what was cut off goes on, and "
                             "what is finished is not trained again")  # fmt: skip
    parser.add_argument("--variant", dest="variants", action="append", type=variant, metavar="NAME[:CHANGE,...]",
                        help="train this variant, instead of the paper's; may be repeated. A change is -LAYER, to "
                             "leave it out, or LAYER=MAPS")  # fmt: skip
    recipe = parser.add_argument_group("recipe, the same for all variants")
    add_recipe(recipe)
    add_group(recipe, CONVNET, "data")
    add_running(parser.add_argument_group("running"), "print one line of JSON instead of a table")


def variant(text: str) -> tuple[str, tuple[str, ...], dict[str, int]]:
    """A variant's name, the layers it is without, and the maps of other layers: `slim:-fc7,conv3=192`."""
    name, colon, changes = text.partition(":")
    parts = changes.split(",") if colon else []
    omit = tuple(part[1:] for part in parts if part.startswith("-"))
    pairs = [part.partition("=") for part in parts if not part.startswith("-")]
    layers = [*omit, *(layer for layer, _, _ in pairs)]
    if not name or not all(layers) or not all(equals for _, equals, _ in pairs):
        raise ArgumentTypeError(f"{text!r} is not of the form NAME, NAME:-LAYER,-LAYER or NAME:LAYER=MAPS,LAYER=MAPS")
    if len(set(layers)) < len(layers):
        raise ArgumentTypeError(f"{text!r} has a layer more than once")
    return name, omit, {layer: count(maps) for layer, _, maps in pairs}


def run(arguments: Namespace) -> int:
    """Trains what is not yet trained, and prints the table."""
    with training(arguments) as shown:
        found = _ablate(arguments, shown)
    report_skipped(found.skipped, "table.json")
    print(json.dumps(found.record()) if arguments.json else found.text())
    return 0


def _ablate(arguments: Namespace, shown: Meter) -> "Ablation":
    from nst_tf.training import open_strategy
    from nst_tf.training.convnet.ablation import PAPER_VARIANTS, Variant, ablate

    # Before anything else touches the devices.
    strategy = open_strategy(arguments.distribute or "none")
    variants = [Variant(*parts) for parts in arguments.variants or ()] or PAPER_VARIANTS
    return ablate(
        arguments.folder,
        arguments.output,
        variants,
        strategy=strategy,
        on_progress=lambda name, done, updates: shown.show(Stage(f"training {name}", done, updates)),
        **vars(chosen(arguments, CONVNET)),
    )
