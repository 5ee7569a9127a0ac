"""`nst-tf export`: SavedModels that TensorFlow Serving runs unchanged, and models for other runtimes."""

from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from absl import logging

from nst_tf.cli.shell.failure import one_line
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.stop import Stopped
from nst_tf.cli.shell.values import count, names, side_or_size
from nst_tf.errors import InputError
from nst_tf.export.catalogue import FORMATS, MODELS, check_format, check_name
from nst_tf.recipes.common_settings import MODEL, PIXELS

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Export SavedModels that TensorFlow Serving runs, or models for ONNX and LiteRT."


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    # fmt: off
    parser.usage = "nst-tf export (NAME ... | --all) [-o OUT] [options]"
    parser.add_argument("names", metavar="NAME", nargs="*",
                        help=f"what to export: {', '.join(MODELS)}, a .keras file or the folder of a training run; "
                             "of train-style, the network's .npz file or its folder")
    parser.add_argument("--all", action="store_true", help=f"export {', '.join(MODELS)} on the bundled networks")
    parser.add_argument("-o", "--output", metavar="OUT",
                        help="folder of all models; each becomes NAME/VERSION in it (default: saved_models); with "
                             "--format, the file (default: NAME.onnx or NAME.tflite)")
    group = parser.add_argument_group("of the model")
    group.add_argument("--model", metavar="NETWORK", help=f"{MODEL} (default: vgg16; of deconv: alexnet)")
    group.add_argument("--preprocessing", metavar="KIND", help=PIXELS)
    group.add_argument("--layers", type=names, metavar="LAYER,...",
                       help="layers that features give, and that deconv, dream and reconstruct can be asked for")
    group.add_argument("--side", type=count, metavar="PIXELS",
                       help="of features, the only height and width to take, so that a server can put requests "
                            "together (default: any); of a network that takes any size, that of encoded images "
                            "(default: 224)")
    group = parser.add_argument_group("for other runtimes, what is one pass of a network")
    group.add_argument("--format", choices=FORMATS,
                       help="write a file for ONNX or LiteRT, with its card beside it, once that runtime was tried")
    group.add_argument("--size", type=side_or_size, metavar="PIXELS|WIDTHxHEIGHT",
                       help="the only size of images that it takes (default: that of the network; 224 for features, "
                            "512 for pictures)")
    # fmt: on


def run(arguments: Namespace) -> int:
    """Exports, and prints the folder of each version, or the file and how exact it is."""
    options = {name: getattr(arguments, name) for name in ("model", "preprocessing", "layers", "side")}
    _check(arguments, options)
    target = _target(arguments) if arguments.format else ""
    from nst_tf.cli.shell.tensorflow_import import import_tensorflow

    import_tensorflow(arguments.debug)
    if not arguments.debug:
        logging.set_verbosity(logging.WARNING)  # of TensorFlow, which tells every renamed tensor
    if arguments.format:
        _export_file(arguments, options, target)
    else:
        _export(MODELS if arguments.all else arguments.names, options, arguments.output or "saved_models")
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


def _export_file(arguments: Namespace, options: dict[str, Any], target: str) -> None:
    from nst_tf.export.catalogue import make_servable
    from nst_tf.export.runtimes.export import export_for

    found = export_for(arguments.format, make_servable(arguments.names[0], **options), target, arguments.size)
    name, (largest, allowed) = max(found.items(), key=lambda one: one[1].largest / one[1].allowed)
    exact = f"differs from TensorFlow by at most {largest:.1e} ({name}; {allowed:.1e} are allowed)"
    print(f"wrote {one_line(target)}; {exact}")


def _check(arguments: Namespace, options: dict) -> None:
    if bool(arguments.names) == arguments.all:
        raise InputError(f"give the names of what to export, or --all: {', '.join(MODELS)}")
    if arguments.all and any(options.values()):
        raise InputError("--all exports the bundled networks as they are; give the names of what to export otherwise")
    for name in arguments.names:
        check_name(name)
    if arguments.size and not arguments.format:
        raise InputError("--size has a meaning only with --format; --side is that of SavedModels")


def _target(arguments: Namespace) -> str:
    """The file to write."""
    from nst_tf.images import check_target

    if len(arguments.names) != 1:
        raise InputError("--format writes one file; give one name of what to export")
    if arguments.side:
        raise InputError("--side is of SavedModels; with --format, --size says the size of images")
    (name,), suffix = arguments.names, FORMATS[arguments.format]
    check_format(name, arguments.format)
    target = arguments.output or f"{Path(name).stem}{suffix}"
    if Path(target).suffix != suffix:
        raise InputError(f"cannot write {target}: a model for {arguments.format} is written as {suffix}")
    check_target(target)
    return target
