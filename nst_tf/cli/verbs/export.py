"""`nst-tf export`: SavedModels that TensorFlow Serving runs unchanged."""

from argparse import Namespace
from collections.abc import Iterable
from typing import Any

from absl import logging

from nst_tf.cli.shell.failure import one_line
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.stop import Stopped
from nst_tf.cli.shell.values import count, names
from nst_tf.errors import InputError
from nst_tf.export.catalogue import MODELS, check_name
from nst_tf.recipes.common_settings import MODEL, PIXELS

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Export SavedModels that TensorFlow Serving runs."


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    # fmt: off
    parser.usage = "nst-tf export (NAME ... | --all) [-o OUT] [options]"
    parser.add_argument("names", metavar="NAME", nargs="*",
                        help=f"what to export: {', '.join(MODELS)}, a .keras file or the folder of a training run")
    parser.add_argument("--all", action="store_true", help=f"export {', '.join(MODELS)} on the bundled networks")
    parser.add_argument("-o", "--output", default="saved_models", metavar="OUT",
                        help="folder of all models; each becomes NAME/VERSION in it (default: saved_models)")
    group = parser.add_argument_group("of the model")
    group.add_argument("--model", metavar="NETWORK", help=f"{MODEL} (default: vgg16; of deconv: alexnet)")
    group.add_argument("--preprocessing", metavar="KIND", help=PIXELS)
    group.add_argument("--layers", type=names, metavar="LAYER,...",
                       help="layers that features give, and that deconv, dream and reconstruct can be asked for")
    group.add_argument("--side", type=count, metavar="PIXELS",
                       help="of features, the only height and width to take, so that a server can put requests "
                            "together (default: any); of a network that takes any size, that of encoded images "
                            "(default: 224)")
    # fmt: on


def run(arguments: Namespace) -> int:
    """Exports, and prints the folder of each version."""
    options = {name: getattr(arguments, name) for name in ("model", "preprocessing", "layers", "side")}
    _check(arguments, options)
    from nst_tf.cli.shell.tensorflow_import import import_tensorflow

    import_tensorflow(arguments.debug)
    if not arguments.debug:
        logging.set_verbosity(logging.WARNING)  # of TensorFlow, which tells every renamed tensor
    _export(MODELS if arguments.all else arguments.names, options, arguments.output)
    return 0


def _export(which: Iterable[str], options: dict[str, Any], out: str) -> None:
    from nst_tf.export.catalogue import make_servable
    from nst_tf.export.export import export

    written: list[str] = []
    try:
        for name in which:
            written.append(str(export(make_servable(name, **options), out)))
            print(f"wrote {one_line(written[-1])}", flush=True)
    except Stopped as stop:
        raise Stopped(stop.number, f"written before: {', '.join(written)}" if written else str(stop)) from None


def _check(arguments: Namespace, options: dict) -> None:
    if bool(arguments.names) == arguments.all:
        raise InputError(f"give the names of what to export, or --all: {', '.join(MODELS)}")
    if arguments.all and any(options.values()):
        raise InputError("--all exports the bundled networks as they are; give the names of what to export otherwise")
    for name in arguments.names:
        check_name(name)
