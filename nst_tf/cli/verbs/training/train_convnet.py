"""`nst-tf train-convnet`: a classifier of a folder of images."""

from argparse import Namespace
from collections.abc import Mapping
from typing import TYPE_CHECKING

from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.values import names, wholes
from nst_tf.cli.verbs.training.options import add_classes, add_data, add_recipe, report_run, run_training, training
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
    add_classes(parser)
    parser.add_argument("-o", "--output", metavar="RUN", required=True,
                        help="folder of the run; one that was cut off goes on")  # fmt: skip
    recipe = parser.add_argument_group("recipe")
    add_recipe(recipe)
    recipe.add_argument("--evolution-epochs", type=wholes, metavar="NUMBER,...",
                        help="record what the filters respond to after these epochs, and the last, for nst-tf "
                             "evolution (default: 1,2,5,10,20,30,40,64)")  # fmt: skip
    recipe.add_argument("--evolution-layers", type=names, metavar="LAYER,...",
                        help="layers to record (default: all rectified feature maps)")  # fmt: skip
    head = parser.add_argument_group("a linear classifier on a bundled network instead")
    head.add_argument("--from", dest="backbone", choices=("alexnet", "vgg16"), help="use this network's features")
    head.add_argument("--freeze", action="store_true", help="leave the network as it is; must be given with --from")
    group = parser.add_argument_group("both")
    add_data(group)
    group.add_argument("--json", action="store_true", help="print a line of JSON for each epoch of the run at the end")
    group.add_argument("--quiet", action="store_true", help="show no progress, and nothing but errors")


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
