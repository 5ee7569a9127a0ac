"""`nst-tf train-convnet`: a classifier of a folder of images."""

from argparse import Namespace
from collections.abc import Mapping
from typing import TYPE_CHECKING

from nst_tf.cli.shell.failure import option
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.values import names, wholes
from nst_tf.cli.verbs.training.options import add_classes, add_recipe, add_running, report_run, run_training, training
from nst_tf.cli.work.options import add_group, chosen
from nst_tf.errors import InputError
from nst_tf.training.settings import CONVNET

if TYPE_CHECKING:
    from nst_tf.training import TrainedClassifier

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Train a convolutional network on a folder of images, by Zeiler and Fergus's recipe."
EVOLUTION = ("evolution_epochs", "evolution_layers")
# Of a whole network only; a head is the minimum of a convex function.
RECIPE = (*CONVNET.members("recipe"), "distribute", *EVOLUTION)


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
    add_group(group, CONVNET, "data")
    add_running(group, "print a line of JSON for each epoch of the run at the end")


def run(arguments: Namespace) -> int:
    """Trains, and says what came of it."""
    _check(arguments)
    settings = vars(chosen(arguments, CONVNET))
    trained = _head(arguments, settings) if arguments.backbone else _convnet(arguments, settings)
    right = 1 - trained.history[-1]["val_error"]
    report_run(arguments, trained, f"{len(trained.classes)} classes, {right:.1%} of the held-out images right")
    return 0


def _check(arguments: Namespace) -> None:
    if bool(arguments.backbone) != arguments.freeze:
        raise InputError("--from and --freeze must be given together: a bundled network is used as it is")
    for name in RECIPE:
        if arguments.backbone and getattr(arguments, name) is not None:
            raise InputError(f"{option(name)} has no meaning with --from")


def _head(arguments: Namespace, settings: dict) -> "TrainedClassifier":
    common = {name: settings[name] for name in CONVNET.members("data")}
    with training(arguments):
        from nst_tf.training import train_head

        return train_head(arguments.folder, arguments.output, backbone=arguments.backbone, **common)


def _convnet(arguments: Namespace, settings: dict) -> "TrainedClassifier":
    recorded = {name: getattr(arguments, name) for name in EVOLUTION if getattr(arguments, name) is not None}

    def train(**options):
        from nst_tf.training import train_convnet

        return train_convnet(arguments.folder, arguments.output, **settings, **recorded, **options)

    return run_training(arguments, train, _state, "epoch")


def _state(logs: Mapping[str, float]) -> str:
    losses = f"loss {logs['loss']:.4g}, held-out loss {logs['val_loss']:.4g}"
    return f"{losses}, held-out errors {logs['val_error']:.1%}"
