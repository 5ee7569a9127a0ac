"""`nst-tf occlude`: what a network answers when a square hides one place of an image after the other."""

from argparse import Namespace
from collections.abc import Sequence

from nst_tf.cli.replay.record import Recording, add_no_recipe
from nst_tf.cli.shell.failure import one_line
from nst_tf.cli.shell.files import Input
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.terminal import meter
from nst_tf.cli.work.network_options import add_network, add_side
from nst_tf.cli.work.options import add_options, chosen
from nst_tf.errors import InputError, unknown
from nst_tf.progress import Stage
from nst_tf.visualize.settings import OCCLUSION, OcclusionSettings

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Slide a grey square over an image and map what the network makes of it."


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.add_argument("image", type=Input, metavar="IMAGE", help="image file")
    add_network(parser)
    parser.add_argument("-o", "--output", required=True, metavar="OUT", help="figure to write: .png, .svg or .pdf")
    parser.add_argument("--npz", metavar="DATA", help="also write the maps as NumPy arrays, to this .npz file")
    parser.add_argument("--class", dest="target", metavar="NAME",
                        help="class whose probability is mapped, a name or a number from 0 "
                             "(default: the most probable one)")  # fmt: skip
    add_side(parser)
    add_options(parser, OCCLUSION)
    add_no_recipe(parser)
    parser.add_argument("--quiet", action="store_true", help="show no progress, and nothing but errors")


def run(arguments: Namespace) -> int:
    """Checks the files, slides the square and writes the figure and the arrays."""
    settings = chosen(arguments, OCCLUSION)
    # Only now what takes a while to import.
    from nst_tf.images import check_target, read_image
    from nst_tf.visualize.figures import check_figure, save_figure

    check_figure(arguments.output)
    if arguments.npz:
        check_target(arguments.npz)
    pixels, recording = read_image(arguments.image).pixels, Recording(arguments)
    from nst_tf.cli.shell.tensorflow_import import import_tensorflow

    import_tensorflow(arguments.debug)
    from nst_tf.backbones.open import class_names
    from nst_tf.visualize.occlusion_figure import occlusion_figure

    names = class_names(arguments.model)
    result = _slide(arguments, settings, pixels, _class_number(arguments.target, names or ()))
    if arguments.npz:
        _write_arrays(arguments.npz, result)
    save_figure(arguments.output, occlusion_figure(result, names), recording.xmp())
    print(f"wrote {one_line(arguments.output)} ({_summary(result, names)})")
    return 0


def _class_number(given: str | None, names: Sequence[str]) -> int | None:
    if given is None:
        return None
    if given in names:
        return names.index(given)
    if given.isdecimal():
        return int(given)
    if names:
        raise unknown("class", given, names)
    raise InputError(f"unknown class {given!r}; the network has no names of classes, give a number")


def _slide(arguments: Namespace, settings: OcclusionSettings, pixels, target: int | None):
    from nst_tf.backbones import fit_image
    from nst_tf.backbones.open import open_network
    from nst_tf.visualize.occlusion import occlude

    model = open_network(arguments.model, arguments.preprocessing)
    with meter("", arguments.quiet) as shown:
        return occlude(
            model,
            fit_image(model, pixels, arguments.side),
            target=target,
            **vars(settings),
            on_progress=lambda done, places: shown.show(Stage("covering", done, places)),
        )


def _write_arrays(path: str, result) -> None:
    import numpy as np

    from nst_tf.images import atomic_write

    arrays = {name: value for name, value in vars(result).items() if value is not None}
    # Given a name, NumPy would add .npz to it.
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **arrays)


def _summary(result, names: list[str] | None) -> str:
    strongest = f"{result.activation.size} places, {result.layer} filter {result.filter}"
    if result.target is None:
        return strongest
    name = names[result.target] if names else f"class {result.target}"
    lowest = f"{result.intact_probability:.3g}, at least {result.probability.min():.3g} when covered"
    return f"{strongest}; probability of {name} {lowest}"
