"""`nst-tf compare`: one photograph in several styles and by several settings, side by side."""

from argparse import Namespace
from dataclasses import replace
from typing import Any

from absl import logging

from nst_tf.cli.shell.failure import option
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.values import positive, text_of
from nst_tf.cli.work.comparison.axes import paintings, read_axes
from nst_tf.cli.work.comparison.plan import MOST, Comparison
from nst_tf.cli.work.options import add_reporting, add_settings
from nst_tf.errors import InputError
from nst_tf.one_pass.settings import FAST
from nst_tf.recipes.stylize.settings import PRESETS
from nst_tf.settings import Presets

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "See one photograph in several styles or by several settings, side by side."
DRAFT = 192  # pixels: pictures to choose from, not to keep
DRAFTS = Presets({name: replace(settings, size=DRAFT) for name, settings in PRESETS.items()})
BLEND = ("style_blend",)  # each painting makes pictures of its own


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.usage = "nst-tf compare CONTENT STYLE [STYLE ...] [--vary SETTING=VALUE,...] -o OUT [options]"
    parser.add_argument("content", metavar="CONTENT", help="image to paint")
    parser.add_argument("styles", metavar="STYLE", nargs="+", help="image of a style; each makes pictures of its own")
    parser.add_argument("--vary", metavar="SETTING=VALUE,...", action="append", default=[],
                        help="values of an option, or presets, to compare, as in strength=0.3,0.6,1 or "
                             "'steps=20,10;40,25'; may be repeated: all combinations are made, "
                             f"{MOST} pictures at most")  # fmt: skip
    parser.add_argument("-o", "--output", metavar="OUT", required=True,
                        help="image of all pictures; or .html, a page that shows the command of each")  # fmt: skip
    parser.add_argument("--fast", action="store_true", help="by one pass of a network for any style, in seconds")
    add_settings(parser, DRAFTS, without=BLEND)
    group = parser.add_argument_group("running and writing")
    group.add_argument("--time-limit", type=positive, metavar="SECONDS", help="for each picture")
    add_reporting(group)


def run(arguments: Namespace) -> int:
    """Checks what can be checked, then makes the pictures."""
    comparison = _plan(arguments)
    # Only now what takes a while to import.
    from nst_tf.cli.shell.tensorflow_import import import_tensorflow
    from nst_tf.cli.work.comparison.making import Making

    making = Making(comparison, arguments)
    import_tensorflow(arguments.debug)
    logging.info("%s", comparison.in_words)
    return making.run()


def _plan(arguments: Namespace) -> Comparison:
    """What is to be made, once it is sure that all settings can be used."""
    presets = FAST if arguments.fast else PRESETS
    given = {name: value for name in DRAFTS.types if (value := getattr(arguments, name, None)) is not None}
    _check_given(arguments, given, presets)
    if arguments.preset != "default":
        given["preset"] = arguments.preset
    presets.choose(**given)
    varied = read_axes(arguments.vary, presets, given, BLEND)
    further = ["--fast"] if arguments.fast else []
    if arguments.time_limit is not None:
        further += ["--time-limit", text_of(arguments.time_limit)]
    common = {"size": DRAFT, **given}
    return Comparison.of(arguments.content, paintings(arguments.styles), varied, presets, common, further)


def _check_given(arguments: Namespace, given: dict[str, Any], presets: Presets) -> None:
    for name in given:
        if name not in presets.types:
            raise InputError(f"{option(name)} has no meaning with --fast")
    if arguments.fast and arguments.preset != "default":
        raise InputError("--preset has no meaning with --fast, which does not optimise")
    if arguments.fast and arguments.time_limit is not None:
        raise InputError("--time-limit has no meaning with --fast, which does not optimise")
