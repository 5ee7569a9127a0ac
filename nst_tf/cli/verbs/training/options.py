"""What the verbs that train feed-forward networks share."""

import json
from argparse import Namespace
from collections.abc import Callable, Mapping
from typing import Any

from absl import logging

from nst_tf.cli.shell.failure import one_line
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.stop import Stopped
from nst_tf.cli.shell.values import count, positive, whole

__all__ = ["SCHEDULE", "add_images", "add_running", "add_schedule", "report_run", "run_training"]

SCHEDULE = ("steps", "every", "side", "batch", "learning_rate", "precision", "seed")
SKIPPED_SHOWN = 10


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
    group.add_argument("--distribute", choices=("none", "mirrored", "multiworker"), default="none",
                       help="over the GPUs of this machine, or the machines of TF_CONFIG (default: none)")  # fmt: skip
    group.add_argument("--seed", type=whole, default=0, metavar="NUMBER", help="of all that is random (default: 0)")


def add_running(parser: Parser) -> None:
    """Adds the options of what is shown."""
    group = parser.add_argument_group("running")
    group.add_argument("--json", action="store_true", help="print a line of JSON for each round of the run at the end")
    group.add_argument("--quiet", action="store_true", help="show no progress, and nothing but errors")


def run_training(arguments: Namespace, train: Callable[..., Any], line: Callable[[Mapping[str, float]], str]) -> Any:
    """Trains, showing a line for each round.

    Args:
        arguments: Of the command line: `distribute`, `output`, `quiet` and `debug`.
        train: Called with `strategy` and `callbacks` once TensorFlow was imported.
        line: What to show of the record of a round.

    Returns:
        What `train` gave.

    Raises:
        Stopped: On a signal.
    """
    if arguments.quiet:
        logging.set_verbosity(logging.WARNING)
    from nst_tf.cli.shell.tensorflow_import import import_tensorflow

    import_tensorflow(arguments.debug)
    import keras

    from nst_tf.training import open_strategy

    # Before anything else touches the devices.
    strategy = open_strategy(arguments.distribute)

    def show(epoch, logs):
        rest = f"learning rate {logs['learning_rate']:.3g}, {logs['seconds']:.1f} s"
        logging.info("round %d: %s, %s", epoch + 1, line(logs), rest)

    try:
        return train(strategy=strategy, callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=show)])
    except Stopped as stop:
        outcome = f"what was finished of {arguments.output} is whole, and the same command goes on from there"
        raise Stopped(stop.number, outcome) from None


def report_run(arguments: Namespace, trained: Any, summary: str) -> None:
    """Prints what came of a run: what was left out of its images, and its rounds or one line.

    Args:
        arguments: Of the command line: `json`, `quiet` and `output`.
        trained: Has `skipped` and `history`.
        summary: Of the run, for people.
    """
    for path, reason in list(trained.skipped.items())[:SKIPPED_SHOWN]:
        logging.warning("skipped %s: %s", one_line(path), reason)
    if len(trained.skipped) > SKIPPED_SHOWN:
        logging.warning("skipped %d images in all; run.json names them", len(trained.skipped))
    if arguments.json:
        print("\n".join(map(json.dumps, trained.history)))
    elif not arguments.quiet:
        print(f"wrote {one_line(arguments.output)} ({summary})")
