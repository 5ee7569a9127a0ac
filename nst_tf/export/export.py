"""Exports a servable as the next version of its model."""

import os
from pathlib import Path

from nst_tf.export.batching import write_batching
from nst_tf.export.model_card import write_card
from nst_tf.export.servable import Servable, write_saved_model
from nst_tf.export.version import write_version
from nst_tf.export.warmup_records import check_warmup, write_warmup

__all__ = ["export"]


def export(servable: Servable, out: str | os.PathLike) -> Path:
    """Writes a SavedModel with its card and its warm-up records, whole or not at all.

    Args:
        servable: What to export.
        out: Folder of all models.

    Returns:
        The folder of the version, `out/NAME/VERSION`.

    Raises:
        InputError: The folder cannot be made, or `tensorflow-serving-api` is missing.
        NstError: Writing failed.
    """
    check_warmup()

    def write(folder: Path) -> None:
        functions = write_saved_model(servable, folder)
        write_warmup(servable, folder)
        write_card(servable, functions, folder)
        if servable.batched:
            write_batching(folder)

    return write_version(Path(out) / servable.name, write)
