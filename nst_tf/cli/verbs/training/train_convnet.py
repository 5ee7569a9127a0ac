"""`nst-tf train-convnet`: a classifier of a folder of images."""

from argparse import Namespace
from collections.abc import Mapping
from typing import TYPE_CHECKING

from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.values import count, names, positive, whole, wholes
from nst_tf.cli.verbs.training.options import report_run, run_training, training
from nst_tf.errors import InputError

if TYPE_CHECKING:
    from nst_tf.training import TrainedClassifier

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Train a convolutional network on a folder of images, by Zeiler and Fergus's recipe."
# Of a whole network only; a head is the minimum of a convex function.
RECIPE = (
    *("architecture", "width", "epochs", "batch", "learning_rate", "distribute"),
    *("evolution_epochs", "evolution_layers"),
)


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.usage = "nst-tf train-convnet FOLDER -o RUN [options]"
    parser.add_argument("folder", metavar="FOLDER", help="holds a folder of images for each class, or is ImageNet's "
                        "with train and val")  # fmt: skip
    parser.add_argument("-o", "--output", metavar="RUN", required=True,
                        help="folder of the run; one that was cut off goes on")  # fmt: skip
    _add_recipe(parser.add_argument_group("recipe"))
    head = parser.add_argument_group("a linear classifier on a bundled network instead")
    head.add_argument("--from", dest="backbone", choices=("alexnet", "vgg16"), help="use this network's features")
    head.add_argument("--freeze", action="store_true", help="leave the network as it is; must be given with --from")
    group = parser.add_argument_group("both")
    group.add_argument("--size", type=count, default=224, metavar="PIXELS", help="of the input (default: 224)")
    group.add_argument("--held-out", type=positive, default=0.2, metavar="SHARE",
                       help="of each class, to judge by (default: 0.2)")  # fmt: skip
    group.add_argument("--seed", type=whole, default=0, metavar="NUMBER", help="of all that is random (default: 0)")
    group.add_argument("--json", action="store_true", help="print a line of JSON for each epoch of the run at the end")
    group.add_argument("--quiet", action="store_true", help="show no progress, and nothing but errors")


def _add_recipe(group) -> None:
    group.add_argument("--architecture", choices=("zfnet", "alexnet"), help="(default: zfnet)")
    group.add_argument("--width", type=positive, metavar="SHARE", help="of the network's channels (default: 1)")
    group.add_argument("--epochs", type=count, metavar="NUMBER", help="in all (default: 70)")
    group.add_argument("--batch", type=count, metavar="NUMBER", help="images per update (default: 128)")
    group.add_argument("--learning-rate", type=positive, metavar="NUMBER", help="the first one (default: 0.01)")
    group.add_argument("--distribute", choices=("none", "mirrored", "multiworker"),
                       help="over the GPUs of this machine, or the machines of TF_CONFIG (default: none)")  # fmt: skip
    group.add_argument("--evolution-epochs", type=wholes, metavar="NUMBER,...",
                       help="record what the filters respond to after these epochs, for nst-tf evolution "
                            "(default: 1,2,5,10,20,30,40,64)")  # fmt: skip
    group.add_argument("--evolution-layers", type=names, metavar="LAYER,...",
                       help="layers to record (default: all rectified feature maps)")  # fmt: skip


def run(arguments: Namespace) -> int:
    """Trains, and says what came of it."""
    recipe = {name: getattr(arguments, name) for name in RECIPE if getattr(arguments, name) is not None}
    _check(arguments, recipe)
    common = {"side": arguments.size, "held_out": arguments.held_out, "seed": arguments.seed}
    trained = _head(arguments, common) if arguments.backbone else _convnet(arguments, {**common, **recipe})
    right = 1 - trained.history[-1]["val_error"]
    report_run(arguments, trained, f"{len(trained.classes)} classes, {right:.1%} of the held-out images right")
    return 0


def _check(arguments: Namespace, recipe: dict) -> None:
    if bool(arguments.backbone) != arguments.freeze:
        raise InputError("--from and --freeze must be given together: a bundled network is used as it is")
    if arguments.backbone and recipe:
        raise InputError(f"--{next(iter(recipe)).replace('_', '-')} has no meaning with --from")


def _head(arguments: Namespace, options: dict) -> "TrainedClassifier":
    with training(arguments):
        from nst_tf.training import train_head

        return train_head(arguments.folder, arguments.output, backbone=arguments.backbone, **options)


def _convnet(arguments: Namespace, options: dict) -> "TrainedClassifier":
    def train(**more):
        from nst_tf.training import train_convnet

        return train_convnet(arguments.folder, arguments.output, **options, **more)

    options.pop("distribute", None)
    return run_training(arguments, train, _state, "epoch")


def _state(logs: Mapping[str, float]) -> str:
    losses = f"loss {logs['loss']:.4g}, held-out loss {logs['val_loss']:.4g}"
    return f"{losses}, held-out errors {logs['val_error']:.1%}"
