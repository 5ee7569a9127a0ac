"""`nst-tf compare`: one photograph in several styles and by several settings, side by side."""

import json
import os
import time
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from absl import logging

from nst_tf.cli.shell.failure import describe, is_expected, one_line, option
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.stop import Stopped
from nst_tf.cli.shell.terminal import meter
from nst_tf.cli.shell.values import positive
from nst_tf.cli.verbs.stylize import with_first_image
from nst_tf.cli.work.comparison.axes import paintings, read_axes
from nst_tf.cli.work.comparison.plan import MOST, Cell, Comparison
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
PAGES = (".html", ".htm")
PHOTOGRAPH = "photograph"

Pictures = dict[int, Any]


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
    from nst_tf.images import read_image

    if arguments.quiet:
        logging.set_verbosity(logging.WARNING)
    _check_output(arguments, comparison)
    originals = {PHOTOGRAPH: read_image(comparison.content)}
    originals |= {name: read_image(path) for name, path in comparison.paintings.items()}
    if not arguments.fast:
        comparison = replace(comparison, cells=tuple(map(_with_first_image, comparison.cells)))
    import_tensorflow(arguments.debug)
    logging.info("%s", comparison.in_words)
    return _make(arguments, comparison, originals)


def _plan(arguments: Namespace) -> Comparison:
    """What is to be made, once it is sure that all settings can be used."""
    presets = FAST if arguments.fast else PRESETS
    given = {name: value for name in DRAFTS.types if (value := getattr(arguments, name, None)) is not None}
    _check_given(arguments, given, presets)
    if arguments.preset != "default":
        given["preset"] = arguments.preset
    presets.choose(**given)
    varied = read_axes(arguments.vary, presets, given, BLEND)
    return Comparison.of(
        arguments.content, paintings(arguments.styles), varied, presets, {"size": DRAFT, **given}, arguments.fast
    )


def _check_given(arguments: Namespace, given: dict[str, Any], presets: Presets) -> None:
    for name in given:
        if name not in presets.types:
            raise InputError(f"{option(name)} has no meaning with --fast")
    if arguments.fast and arguments.preset != "default":
        raise InputError("--preset has no meaning with --fast, which does not optimise")
    if arguments.fast and arguments.time_limit is not None:
        raise InputError("--time-limit has no meaning with --fast, which does not optimise")


def _check_output(arguments: Namespace, comparison: Comparison) -> None:
    from nst_tf.images import check_target, check_writable

    output = arguments.output
    check_target(output) if _is_page(output) else check_writable(output)
    for path in (comparison.content, *comparison.paintings.values()):
        if os.path.exists(path) and os.path.exists(output) and os.path.samefile(path, output):
            raise InputError(f"{output} is one of the images to read, and would be replaced; name another with -o")


def _is_page(output: str) -> bool:
    return Path(output).suffix.lower() in PAGES


def _with_first_image(cell: Cell) -> Cell:
    return cell._replace(settings=with_first_image(cell.settings))


def _make(arguments: Namespace, comparison: Comparison, originals: dict[str, Any]) -> int:
    """Makes, writes and reports the pictures; those that there are, if it ends early."""
    make, made = _maker(arguments, comparison, originals), {}
    try:
        for number, cell in enumerate(comparison.cells):
            made[number] = make(f"{number + 1}/{len(comparison.cells)} {one_line(cell.name)}", cell)
    except Stopped as stop:
        if not made:
            raise
        _write(arguments, comparison, originals, made)
        raise Stopped(stop.number, _outcome(arguments, comparison, made)) from None
    except Exception as error:
        if not made or not is_expected(error):
            raise
        _write(arguments, comparison, originals, made)
        status, line = describe(error)
        cell = comparison.cells[len(made)]
        logging.error("error: %s: %s; %s", one_line(cell.name), line, _outcome(arguments, comparison, made))
        return status
    _write(arguments, comparison, originals, made)
    if not arguments.quiet and not arguments.json:
        print(f"wrote {one_line(arguments.output)} ({len(made)} pictures)", flush=True)
    return 0


def _outcome(arguments: Namespace, comparison: Comparison, made: Pictures) -> str:
    return f"{arguments.output} has {len(made)} of {len(comparison.cells)} pictures"


def _write(arguments: Namespace, comparison: Comparison, originals: dict[str, Any], made: Pictures) -> None:
    from nst_tf.cli.work.comparison.page import write_page
    from nst_tf.cli.work.comparison.sheet import lay_out
    from nst_tf.images import write_image

    if _is_page(arguments.output):
        write_page(arguments.output, comparison, originals, made, arguments.quality)
    else:
        write_image(arguments.output, lay_out(comparison, originals, made), quality=arguments.quality)


def _maker(arguments: Namespace, comparison: Comparison, originals: dict[str, Any]) -> Callable[[str, Cell], Any]:
    """What makes a picture of a cell, shows how far it is under a name, and reports it."""
    content = originals[PHOTOGRAPH]
    names = {path: name for name, path in comparison.paintings.items()}

    def make(name: str, cell: Cell) -> Any:
        began = time.monotonic()
        with meter(name, arguments.quiet) as shown:
            picture = paint(content, originals[names[cell.painting]], cell, shown)
        if arguments.json:
            print(json.dumps(_record(arguments, cell, picture, time.monotonic() - began)), flush=True)
        return picture

    def paint(content, style, cell, shown):
        if arguments.fast:
            from nst_tf.one_pass.painter import FastPainter

            return FastPainter(style, cell.settings)(content)
        from nst_tf.recipes.stylize.stylize import run_stylize

        for progress in run_stylize(content, [style], cell.settings, arguments.time_limit):
            shown.show(progress)
        return progress.result().picture

    return make


def _record(arguments: Namespace, cell: Cell, picture: Any, seconds: float) -> dict[str, Any]:
    height, width = picture.pixels.shape[:2]
    return {
        "content": arguments.content,
        "style": cell.painting,
        "varied": list(cell.labels),
        "command": cell.command,
        "output": arguments.output,
        "width": width,
        "height": height,
        "seconds": round(seconds, 3),
    }
