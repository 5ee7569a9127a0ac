"""`nst-tf top-activations`: what every filter of a network responds to most, as sheets, data and a page to browse."""

import contextlib
import os
from argparse import Namespace
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from absl import logging

from nst_tf.cli.shell.failure import one_line
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.stop import Stopped
from nst_tf.cli.shell.terminal import Meter, meter
from nst_tf.cli.shell.values import shard
from nst_tf.cli.work.cluster import Arguments, add_cluster, begin_work, is_on_ray
from nst_tf.cli.work.network_options import add_network
from nst_tf.cli.work.options import add_options, chosen
from nst_tf.errors import InputError
from nst_tf.progress import Stage
from nst_tf.visualize.settings import SEARCH, SearchSettings

if TYPE_CHECKING:
    import keras

    from nst_tf.visualize.top.search import Part
    from nst_tf.visualize.top.top_activations import TopActivations

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Show the images and patches that every filter of a network responds to most, and their projections."


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    add_network(parser)
    parser.add_argument("--images", required=True, metavar="DIR", help="folder of images, and of folders of images")
    parser.add_argument("-o", "--output", required=True, metavar="OUT",
                        help="folder of the results, made if it is missing; what is done in it is "
                             "not done again")  # fmt: skip
    add_options(parser, SEARCH)
    parts = parser.add_argument_group("several computers")
    parts.add_argument("--shard", type=shard, metavar="K/N", help="only look at the K-th of N parts of the images")
    parts.add_argument("--merge", action="store_true",
                       help="only join the parts that are in OUT, and show the whole")  # fmt: skip
    add_cluster(parser)
    parser.add_argument("--quiet", action="store_true", help="show no progress, and nothing but errors")


def run(arguments: Namespace) -> int:
    """Searches, joins and shows, as far as asked."""
    settings = chosen(arguments, SEARCH)
    if is_on_ray(arguments):
        _search_on_ray(arguments, settings)
        arguments.merge = True
    model = _open(arguments)
    try:
        with meter("", arguments.quiet) as shown:
            part = _search(arguments, settings, model, shown)
    except Stopped as stop:
        raise Stopped(stop.number, _left(arguments) or str(stop)) from None
    _report(arguments, part)
    return 0


def _open(arguments: Namespace) -> "keras.Model":
    # Only now what takes a while to import.
    from nst_tf.cli.shell.tensorflow_import import import_tensorflow

    import_tensorflow(arguments.debug)
    from nst_tf.backbones import open_network

    return open_network(arguments.model, arguments.preprocessing)


def _search_on_ray(arguments: Namespace, settings: SearchSettings) -> None:
    """Has each worker of a cluster look at a part of the images."""
    from nst_tf.distributed import each_on_ray, is_address

    if arguments.shard or arguments.merge:
        raise InputError("--on ray makes all parts and joins them; --shard and --merge have no meaning with it")
    for folder in (arguments.images, arguments.output):
        if is_address(folder):
            raise InputError(f"{folder} is not mounted; top-activations needs folders that all machines see")
    from nst_tf.cli.shell.tensorflow_import import import_tensorflow

    import_tensorflow(arguments.debug)  # with which the parts are joined
    total = _division(Path(arguments.output)) or arguments.workers
    parts = [(number, total) for number in range(1, total + 1)]
    opened = partial(_searcher, Arguments(**vars(arguments)), settings, os.getcwd())
    where = {"workers": arguments.workers, "address": arguments.address, "debug": arguments.debug}
    done = each_on_ray(opened, parts, **where)
    with contextlib.closing(done), meter("", arguments.quiet) as shown:
        for number, (_, outcome) in enumerate(done, 1):
            if isinstance(outcome, Exception):
                raise outcome
            shown.show(Stage("parts looked at", number, total))


def _division(out: Path) -> int | None:
    """Into how many parts an earlier search has divided the images, if there is one to go on from."""
    from nst_tf.visualize.top.search import divisions

    found = divisions(out)
    return found[0] if len(found) == 1 else None


def _searcher(arguments: Namespace, settings: SearchSettings, folder: str) -> Callable[[tuple[int, int]], None]:
    """What a worker does with a part."""
    begin_work(folder)
    top = _top(arguments, settings, _open(arguments), Meter())

    def search(part: tuple[int, int]) -> None:
        top.search(part)  # which is in its file

    return search


def _search(arguments: Namespace, settings: SearchSettings, model: "keras.Model", shown: Meter) -> "Part":
    top = _top(arguments, settings, model, shown)
    part = None if arguments.merge else arguments.shard or (1, 1)
    if not arguments.quiet:
        logging.info("%s", top.forecast(part, shows=not arguments.shard))
    if part:
        found = top.search(part)
        if arguments.shard:
            return found
    return top.show()


def _top(arguments: Namespace, settings: SearchSettings, model: "keras.Model", shown: Meter) -> "TopActivations":
    from nst_tf.visualize.top.top_activations import TopActivations

    return TopActivations(
        model,
        Path(arguments.images),
        Path(arguments.output),
        on_progress=shown.show,
        **vars(settings),
    )


def _left(arguments: Namespace) -> str:
    """What a search that was stopped leaves for the next one, in words; empty if it leaves nothing."""
    from nst_tf.visualize.top.search import part_path

    out = Path(arguments.output)
    left = out if arguments.merge else part_path(out, arguments.shard or (1, 1))
    return f"what was found so far is in {left}, and the same command goes on from there" if left.exists() else ""


def _report(arguments: Namespace, part: "Part") -> None:
    for name, reason in part.skipped.items():
        logging.warning("skipped %s: %s", one_line(name), one_line(reason))
    seen = part.images - len(part.skipped)
    counted = f"{seen} images" + (f", {len(part.skipped)} skipped" if part.skipped else "")
    if arguments.shard:
        print(f"looked at part {part.shard[0]} of {part.shard[1]} ({counted})")
    else:
        print(f"wrote {one_line(str(Path(arguments.output) / 'index.html'))} ({counted})")
