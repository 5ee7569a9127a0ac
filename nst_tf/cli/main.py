"""The entry point of `nst-tf`: the parser of all verbs, and what failures mean."""

import functools
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from types import ModuleType

from absl import logging

from nst_tf.cli.shell.failure import describe, one_line
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.stop import Stopped, stoppable
from nst_tf.cli.shell.terminal import start_logging
from nst_tf.cli.verbs import (
    bench,
    call,
    compare,
    dream,
    evaluate,
    export,
    info,
    recipe,
    reconstruct,
    regions,
    replay,
    serve,
    stylize,
    texture,
)
from nst_tf.cli.verbs.training import ablate, train_convnet, train_decoder, train_style
from nst_tf.cli.verbs.visualize import (
    deconv,
    diagnose,
    evidence,
    evolution,
    occlude,
    top_activations,
    visualize_features,
)
from nst_tf.version import __version__

__all__ = ["VERBS", "make_parser", "run"]

# Each has DESCRIPTION, add_arguments(parser) and run(arguments) -> exit status.
VERBS = (
    stylize,
    regions,
    compare,
    evaluate,
    texture,
    reconstruct,
    dream,
    visualize_features,
    top_activations,
    deconv,
    occlude,
    diagnose,
    train_convnet,
    train_decoder,
    train_style,
    evolution,
    evidence,
    recipe,
    replay,
    ablate,
    export,
    serve,
    call,
    bench,
    info,
)
BROKEN_PIPE = 141  # 128 + SIGPIPE, as a shell reports it


@functools.cache
def make_parser() -> Parser:
    """The parser of `nst-tf` and its verbs."""
    parser = Parser(
        prog="nst-tf",
        description="Neural style transfer, and what networks have learned.",
        epilog="`nst-tf VERB --help` tells more.",
    )
    parser.add_argument("--version", action="version", version=f"nst-tf {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", title="verbs")
    for module in VERBS:
        text = module.DESCRIPTION
        verb = verbs.add_parser(_name(module), help=text, description=text, inherited_absl_flags=None)
        module.add_arguments(verb)
        verb.add_argument("--debug", action="store_true", help="show where an error comes from, and TensorFlow's log")
        verb.set_defaults(run=functools.partial(_run, module), parser=parser)
    return parser


def _run(module: ModuleType, arguments: Namespace) -> int:
    if getattr(arguments, "quiet", False):
        logging.set_verbosity(logging.WARNING)
    return module.run(arguments)


def _name(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2].replace("_", "-")


def run(argv: Sequence[str] | None = None) -> int:
    """Runs the command.

    Args:
        argv: Its arguments; by default those of the process.

    Returns:
        The exit status: 0; 2 for a request or an input that cannot be used; 1 for another failure; 128 + the signal
        that stopped it.
    """
    start_logging()
    parser = make_parser()
    arguments = parser.parse_args(argv)
    if arguments.verb is None:
        parser.error(f"a verb is missing, one of {', '.join(map(_name, VERBS))}; `nst-tf --help` tells more")
    try:
        with stoppable():
            return _run_verb(arguments)
    except Stopped as stop:
        logging.warning("stopped; %s", one_line(str(stop)))
        return 128 + stop.number


def _run_verb(arguments: Namespace) -> int:
    try:
        status = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # Python flushes standard output once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except Exception as error:
        status, line = describe(error)
        logging.error("error: %s", line, exc_info=arguments.debug)
        return status
