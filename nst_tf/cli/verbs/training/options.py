"""What the verbs that train networks share."""

import contextlib
import json
from argparse import Namespace
from argparse import _ArgumentGroup as Group
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from absl import logging

from nst_tf.cli.shell.failure import one_line
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.stop import Stopped
from nst_tf.cli.shell.terminal import Meter, meter
from nst_tf.cli.work.options import add_group
from nst_tf.settings import Presets
from nst_tf.training.settings import CONVNET

__all__ = [
    "add_classes",
    "add_images",
    "add_recipe",
    "add_running",
    "add_schedule",
    "report_run",
    "report_skipped",
    "run_training",
    "training",
]

SKIPPED_SHOWN = 10


class Run(Protocol):
    """What training of any network gives."""

    @property
    def history(self) -> Sequence[Mapping[str, float]]: ...

    @property
    def skipped(self) -> Mapping[str, str]: ...


Trained = TypeVar("Trained", bound=Run)


def add_classes(parser: Parser) -> None:
    """Adds the folder of the images of classes."""
    parser.add_argument("folder", metavar="FOLDER", help="holds a folder of images for each class, or is ImageNet's "
                        "with train and val")  # fmt: skip


def add_recipe(group: Group) -> None:
    """Adds the options of how a convolutional network is trained; `None` for those that are not given."""
    add_group(group, CONVNET, "recipe")
    _add_distribute(group)


def _add_distribute(group: Group) -> None:
    group.add_argument("--distribute", choices=("none", "mirrored", "multiworker"),
                       help="over the GPUs of this machine, or the machines of TF_CONFIG (default: none)")  # fmt: skip


def add_images(parser: Parser, use: str) -> None:
    """Adds the folder of images and that of the run, which is for `use`."""
    parser.add_argument("--images", metavar="DIR", required=True,
                        help="folder of photographs, and of folders of them; a tenth is held out")  # fmt: skip
    parser.add_argument("-o", "--output", metavar="RUN", required=True,
                        help=f"folder of the run, for {use}; one that was cut off goes on")  # fmt: skip


def add_schedule(parser: Parser, presets: Presets) -> None:
    """Adds the options of a schedule, and of what is shown of it."""
    group = parser.add_argument_group("schedule")
    add_group(group, presets, "schedule")
    _add_distribute(group)
    add_group(group, presets, "data")
    add_running(parser.add_argument_group("running"), "print a line of JSON for each round of the run at the end")


def add_running(group: Group, json: str) -> None:
    """Adds the options of what is shown, and printed with `--json`."""
    group.add_argument("--json", action="store_true", help=json)
    group.add_argument("--quiet", action="store_true", help="show no progress, and nothing but errors")


@contextlib.contextmanager
def training(arguments: Namespace) -> Iterator[Meter]:
    """Imports TensorFlow, and gives what shows how far the training in the block is.

    Args:
        arguments: Of the command line: `output`, `quiet` and `debug`.

    Raises:
        Stopped: On a signal, with what it leaves.
    """
    from nst_tf.cli.shell.tensorflow_import import import_tensorflow

    import_tensorflow(arguments.debug)
    try:
        with meter("", arguments.quiet) as shown:
            yield shown
    except Stopped as stop:
        outcome = f"what was finished of {arguments.output} is whole, and the same command goes on from there"
        raise Stopped(stop.number, outcome) from None


def run_training(
    arguments: Namespace,
    train: Callable[..., Trained],
    state: Callable[[Mapping[str, float]], str],
    round_name: str = "round",
) -> Trained:
    """Trains, showing each round.

    Args:
        arguments: Of the command line: `distribute`, `output`, `quiet` and `debug`.
        train: Called with `strategy` and `callbacks` once TensorFlow was imported.
        state: What to show of the record of a round.
        round_name: What a round is called.

    Returns:
        What `train` gave.

    Raises:
        Stopped: On a signal.
    """
    with training(arguments) as shown:
        from nst_tf.training import open_strategy
        from nst_tf.training.loop import ReportRounds

        # Before anything else touches the devices.
        strategy = open_strategy(arguments.distribute or "none")

        def all_of(logs: Mapping[str, float]) -> str:
            return f"{state(logs)}, learning rate {logs['learning_rate']:.3g}, {logs['seconds']:.1f} s"

        return train(strategy=strategy, callbacks=[ReportRounds(shown.show, all_of, round_name)])


def report_run(arguments: Namespace, trained: Run, summary: str) -> None:
    """Prints what came of a run: what was left out of its images, and its rounds or one line.

    Args:
        arguments: Of the command line: `json`, `quiet` and `output`.
        trained: What training gave.
        summary: Of the run, for people.
    """
    report_skipped(trained.skipped, "run.json")
    if arguments.json:
        print("\n".join(map(json.dumps, trained.history)))
    elif not arguments.quiet:
        print(f"wrote {one_line(arguments.output)} ({summary})")


def report_skipped(skipped: Mapping[str, str], file: str) -> None:
    """Warns of images that were left out: of the first ones by name, of the others by the `file` that names them."""
    for path, reason in list(skipped.items())[:SKIPPED_SHOWN]:
        logging.warning("skipped %s: %s", one_line(path), one_line(reason))
    if len(skipped) > SKIPPED_SHOWN:
        logging.warning("skipped %d images in all; %s names them", len(skipped), file)
