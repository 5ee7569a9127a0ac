"""A recipe that runs: shown, saved now and then, and stopped when the user wants."""

from argparse import Namespace
from collections.abc import Callable, Iterator

from nst_tf.cli.shell.stop import Stopped
from nst_tf.cli.shell.terminal import meter
from nst_tf.progress import Progress, Result

__all__ = ["watch"]


def watch(
    name: str, begin: Callable[[], Iterator[Progress]], arguments: Namespace, save: Callable[[Result], None]
) -> tuple[Progress | None, Stopped | None]:
    """Runs a recipe to its end, or until a signal.

    Args:
        name: What is being made, for the user.
        begin: Gives the progress of the recipe.
        arguments: Of the command line, with `quiet` and `save_every`.
        save: Writes the picture so far, after every so many evaluations.

    Returns:
        The last progress, `None` if there was none; and the signal that stopped it, or `None`.
    """
    last, saved, every = None, 0, arguments.save_every
    try:
        with meter(name, arguments.quiet) as shown:
            for last in begin():
                shown.show(last)
                if every and last.step // every > saved:
                    saved = last.step // every
                    save(last.result())
    except Stopped as stop:
        return last, stop
    return last, None
