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
from nst_tf.cli.shell.values import count, positive, whole

__all__ = [
    "SCHEDULE",
    "add_classes",
    "add_data",
    "add_images",
    "add_recipe",
    "add_running",
    "add_schedule",
    "report_run",
    "report_skipped",
    "run_training",
    "training",
]

SCHEDULE = ("steps", "every", "side", "batch", "learning_rate", "precision", "seed")
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


def add_data(group: Group) -> None:
    """Adds the options of what a classifier sees."""
    group.add_argument("--size", type=count, default=224, metavar="PIXELS", help="of the input (default: 224)")
    group.add_argument("--held-out", type=positive, default=0.2, metavar="SHARE",
                       help="of each class, to judge by (default: 0.2)")  # fmt: skip
    _add_seed(group)


def add_recipe(group: Group) -> None:
    """Adds the options of how a convolutional network is trained; `None` for those that are not given."""
    group.add_argument("--architecture", choices=("zfnet", "alexnet"), help="(default: zfnet)")
    group.add_argument("--width", type=positive, metavar="SHARE", help="of the network's channels (default: 1)")
    group.add_argument("--epochs", type=count, metavar="NUMBER", help="in all (default: 70)")
    group.add_argument("--batch", type=count, metavar="NUMBER", help="images per update (default: 128)")
    group.add_argument("--learning-rate", type=positive, metavar="NUMBER", help="the first one (default: 0.01)")
    _add_distribute(group)


def _add_seed(group: Group) -> None:
    group.add_argument("--seed", type=whole, default=0, metavar="NUMBER", help="of all that is random (default: 0)")


def _add_distribute(group: Group) -> None:
    group.add_argument("--distribute", choices=("none", "mirrored", "multiworker"),
                       help="over the GPUs of this machine, or the machines of TF_CONFIG (default: none)")  # fmt: skip


def add_images(parser: Parser, use: str) -> None:
    """Adds the folder of images and that of the run, which is for `use`."""
    parser.add_argument("--images", metavar="DIR", required=True,
                        help="folder of photographs, and of folders of them; a tenth is held out")  # fmt: skip
    parser.add_argument("-o", "--output", metavar="RUN", required=True,
                        help=f"folder of the run, for {use}; one that was cut off goes on")  # fmt: skip


def add_schedule(parser: Parser, *, steps: int, every: int, side: int, batch: int) -> None:
    """Adds the options of the schedule with these defaults."""
    group = parser.add_argument_group("schedule")
    group.add_argument(
        "--steps", type=count, default=steps, metavar="NUMBER", help=f"updates in all (default: {steps})"
    )
    group.add_argument("--every", type=count, default=every, metavar="NUMBER",
                       help=f"updates in a round, after which the run is saved (default: {every})")  # fmt: skip
    group.add_argument("--side", type=count, default=side, metavar="PIXELS",
                       help=f"of the crops of photographs (default: {side})")  # fmt: skip
    group.add_argument("--batch", type=count, default=batch, metavar="NUMBER",
                       help=f"crops per update (default: {batch})")  # fmt: skip
    group.add_argument("--learning-rate", type=positive, default=1e-3, metavar="NUMBER",
                       help="the highest one (default: 0.001)")  # fmt: skip
    group.add_argument("--precision", default="auto", metavar="KIND",
                       help="auto, float32, mixed_float16 for GPUs, or mixed_bfloat16, which is twice as fast on "
                            "processors with AVX512-BF16 (default: auto)")  # fmt: skip
    _add_distribute(group)
    _add_seed(group)


def add_running(parser: Parser) -> None:
    """Adds the options of what is shown."""
    group = parser.add_argument_group("running")
    group.add_argument("--json", action="store_true", help="print a line of JSON for each round of the run at the end")
    group.add_argument("--quiet", action="store_true", help="show no progress, and nothing but errors")


@contextlib.contextmanager
def training(arguments: Namespace) -> Iterator[Meter]:
    """Imports TensorFlow, and gives what shows how far the training in the block is.

    Args:
        arguments: Of the command line: `output`, `quiet` and `debug`.

    Raises:
        Stopped: On a signal, with what it leaves.
    """
    if arguments.quiet:
        logging.set_verbosity(logging.WARNING)
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
