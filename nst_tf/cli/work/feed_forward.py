"""`nst-tf stylize` by one pass of a trained network: ours for any style, one for a few styles, or a TF-Hub module."""

from argparse import Namespace
from typing import Any

from nst_tf.cli.shell.failure import option
from nst_tf.cli.shell.files import Input, Program, style_network
from nst_tf.cli.work.options import chosen
from nst_tf.errors import InputError
from nst_tf.one_pass.settings import FAST
from nst_tf.recipes.stylize.settings import PRESETS

__all__ = ["add_feed_forward", "is_feed_forward", "resolve", "run_feed_forward"]

KINDS = ("fast", "network", "hub")
SHARED = {
    "fast": (*FAST.types, "decoder"),
    "network": ("size", "style_blend", "tile"),
    "hub": ("size",),
}
OPTIMISING = ("time_limit", "save_every", *(name for name in PRESETS.types))


def add_feed_forward(parser: Any) -> None:
    """Adds the options of style transfer by one pass."""
    group = parser.add_argument_group("in one pass of a trained network, instead of optimising")
    kind = group.add_mutually_exclusive_group()
    kind.add_argument("--fast", action="store_true", help="by the network for any style that comes with nst_tf")
    kind.add_argument("--network", type=style_network, metavar="RUN[:STYLE+...]",
                      help="by a network of `nst-tf train-style`, which knows its styles, or by the bundled one: "
                           "paintings:wave, paintings:auvers+poppies; `nst-tf info` has their names")  # fmt: skip
    kind.add_argument(
        "--hub",
        type=Program,
        metavar="HANDLE",
        help="by an image stylisation module of TF-Hub, its folder or address; it is a program: use those you trust",
    )
    group.add_argument("--decoder", type=Input, metavar="RUN", help="of --fast: a decoder of `nst-tf train-decoder`")


def is_feed_forward(arguments: Namespace) -> bool:
    """Whether one pass is asked for.

    Raises:
        InputError: It is not, but an option was given that has a meaning only then.
    """
    if any(getattr(arguments, kind) for kind in KINDS):
        return True
    if arguments.decoder is not None:
        raise InputError("--decoder has a meaning only with --fast")
    return False


def resolve(arguments: Namespace) -> dict[str, Any]:
    """All settings of `nst-tf stylize`, optimised or not, by name."""
    if not is_feed_forward(arguments):
        return vars(chosen(arguments, PRESETS))
    known = {name: getattr(arguments, name) for name in SHARED[_kind(arguments)] if name in FAST.types}
    return {name: value for name, value in vars(FAST.choose(**known)).items() if name in known}


def _kind(arguments: Namespace) -> str:
    (kind,) = (kind for kind in KINDS if getattr(arguments, kind))
    return kind


def _given(arguments: Namespace) -> dict[str, Any]:
    """The settings that the user gave, of those that the kind of network knows."""
    kind = _kind(arguments)
    if arguments.preset != "default":
        raise InputError(f"--preset has no meaning with --{kind}, which does not optimise")
    given = {
        name: getattr(arguments, name) for name in (*OPTIMISING, "decoder") if getattr(arguments, name) is not None
    }
    for name, value in {"mask": arguments.mask, "region": arguments.regions, "regions": arguments.pairs}.items():
        if value and kind != "fast":
            raise InputError(f"{option(name)} has no meaning with --{kind}")
    for name in given:
        if name not in SHARED[kind]:
            raise InputError(f"{option(name)} has no meaning with --{kind}")
    return given


def run_feed_forward(arguments: Namespace) -> int:
    """Checks what can be checked, then makes the pictures."""
    given = _given(arguments)
    # Only now what takes a while to import.
    from nst_tf.cli.work.painting import paint_pictures

    return paint_pictures(arguments, given)
