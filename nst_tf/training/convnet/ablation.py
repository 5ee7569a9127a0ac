"""Which layers a network needs (Zeiler and Fergus 2013, section 5.1, "Varying ImageNet Model Sizes"):
variants of it without some layers, or with other numbers of maps, are trained alike and compared.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from nst_tf.errors import InputError, NstError
from nst_tf.images import atomic_write
from nst_tf.settings import keywords
from nst_tf.training.convnet.ablation_table import Ablation, AblationRow
from nst_tf.training.convnet.class_folders import ClassFolders, find_classes
from nst_tf.training.convnet.classifier import TrainedClassifier
from nst_tf.training.convnet.ten_crop import ten_crop_judge
from nst_tf.training.convnet.train import ARCHITECTURES, train_convnet
from nst_tf.training.settings import CONVNET
from nst_tf.training.strategy import is_chief, open_strategy

__all__ = ["PAPER_VARIANTS", "Variant", "ablate"]


@dataclass(frozen=True)
class Variant:
    """A change of a network.

    Attributes:
        name: Of the variant and its run folder.
        omit: Layers to leave out, see `zfnet`.
        maps: Other numbers of maps or units by layer, see `zfnet`.
    """

    name: str
    omit: tuple[str, ...] = ()
    maps: Mapping[str, int] = field(default_factory=dict)


# Rows of the paper's table 3; its others change the units of fc6 and fc7.
PAPER_VARIANTS = (
    Variant("full"),
    Variant("without-3-4", ("conv3", "conv4")),
    Variant("without-7", ("fc7",)),
    Variant("without-6-7", ("fc6", "fc7")),
    Variant("without-3-4-6-7", ("conv3", "conv4", "fc6", "fc7")),
    Variant("maps-512-1024-512", maps={"conv3": 512, "conv4": 1024, "conv5": 512}),
)


@keywords(CONVNET)
def ablate(
    folder: str | os.PathLike,
    out: str | os.PathLike,
    variants: Sequence[Variant] = PAPER_VARIANTS,
    *,
    strategy: tf.distribute.Strategy | None = None,
    on_progress: Callable[[str, int, int], None] | None = None,
    **changes: Any,
) -> Ablation:
    """Trains variants of a network by the same recipe on the same images, in the same order, and compares them.

    Each has its run folder in `out`, named as the variant, see `train_convnet`. Called again with the same arguments it
    goes on with what was cut off, and trains nothing that is finished. `table.txt` and `table.json` there hold the
    rows of the variants that are finished.

    Args:
        folder: Images, see `find_classes`.
        out: The folder to write to.
        variants: What to compare; their names differ.
        strategy: See `open_strategy`; by default one device.
        on_progress: Called after each update with the name of the variant, the number of its updates so far, and of
            all of them.
        **changes: Attributes of `ConvnetSettings` to change; `width` is applied to the `maps` of the variants, too.

    Returns:
        A row for each variant, in their order.

    Raises:
        InputError: A variant, a setting or the folder cannot be used, or a run folder in `out` is of another variant,
            with other settings or images, or of more epochs.
        NstError: Training diverged, or writing failed.
    """
    recipe = vars(CONVNET.choose(**changes))
    _check(variants, recipe)
    strategy = open_strategy() if strategy is None else strategy
    folders = find_classes(folder, recipe["held_out"], recipe["seed"])
    rows = []
    for variant in variants:
        report = [_Updates(variant.name, on_progress)] if on_progress else []
        options = {**recipe, "strategy": strategy, "callbacks": report, "evolution_epochs": ()}
        trained = _train(folder, Path(out), variant, options)
        images = folders.without(trained.skipped)
        rows.append(_row(variant, trained, images, strategy, recipe["side"]))
        found = _ablation(recipe, images, trained, rows)
        if is_chief(strategy):
            _write(Path(out), found)
    return found


def _check(variants: Sequence[Variant], recipe: Mapping[str, Any]) -> None:
    """Refuses at once what would otherwise show after hours."""
    names = [variant.name for variant in variants]
    if not names:
        raise InputError("there is no variant to train")
    for name in names:
        if name in ("", ".", "..", "table.txt", "table.json") or "/" in name or os.sep in name:
            raise InputError(f"a variant cannot be called {name!r}: its run folder has its name")
        if names.count(name) > 1:
            raise InputError(f"two variants are called {name!r}; each needs a name of its own")
    for variant in variants:
        _check_layers(variant, recipe)


def _check_layers(variant: Variant, recipe: Mapping[str, Any]) -> None:
    if both := set(variant.omit) & set(variant.maps):
        raise InputError(f"the variant {variant.name!r} is to be without {min(both)} and to have maps of it")
    if build := ARCHITECTURES.get(recipe["architecture"]):
        # As narrow as can be: only to see whether it refuses.
        build(2, side=recipe["side"], width=1e-9, mean=None, omit=variant.omit, maps=variant.maps)


def _train(folder: str | os.PathLike, out: Path, variant: Variant, options: Mapping[str, Any]) -> TrainedClassifier:
    run = out / variant.name
    try:
        trained = train_convnet(folder, run, omit=variant.omit, maps=variant.maps, **options)
    except InputError:
        raise
    except NstError as error:
        raise NstError(f"variant {variant.name}: {error}") from error
    if len(trained.history) > options["epochs"]:
        raise InputError(
            f"{run} is a run of {len(trained.history)} epochs already, not {options['epochs']}; "
            "choose as many for all variants, or another folder"
        )
    return trained


def _row(
    variant: Variant, trained: TrainedClassifier, images: ClassFolders, strategy: tf.distribute.Strategy, side: int
) -> AblationRow:
    train_error = ten_crop_judge(trained.model, images.train, strategy, side)()["error"]
    last = trained.history[-1]
    return AblationRow(variant.name, tuple(variant.omit), dict(variant.maps), train_error, last["val_error"],
                       last["val_top5_error"], trained.model.count_params())  # fmt: skip


def _ablation(
    recipe: Mapping[str, Any], images: ClassFolders, trained: TrainedClassifier, rows: list[AblationRow]
) -> Ablation:
    counts = len(images.classes), len(images.train.files), len(images.held_out.files)
    return Ablation(recipe, *counts, trained.skipped, tuple(rows))


def _write(out: Path, found: Ablation) -> None:
    texts = {"table.txt": found.text(), "table.json": json.dumps(found.record(), indent=1)}
    for name, text in texts.items():
        with atomic_write(out / name) as file:
            file.write_text(text + "\n")


class _Updates(keras.callbacks.Callback):
    """Counts the updates of a run."""

    def __init__(self, name: str, report: Callable[[str, int, int], None]):
        super().__init__()
        self._name, self._report = name, report

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._before = epoch * self.params["steps"]

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._report(self._name, self._before + batch + 1, self.params["epochs"] * self.params["steps"])
