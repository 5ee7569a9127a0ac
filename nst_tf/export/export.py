"""Exports a servable as the next version of its model."""

import os
from pathlib import Path

from nst_tf.export.model_card import write_card
from nst_tf.export.servable import Servable, write_saved_model
from nst_tf.export.version import write_version
from nst_tf.export.warmup_records import check_warmup, write_warmup

__all__ = ["export"]

SIZES = (1, 2, 4, 8, 16)  # of the batches that requests are put together to
WAIT = 2000  # microseconds
THREADS = 2


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
        write_saved_model(servable, folder)
        write_warmup(servable, folder)
        write_card(servable, folder)
        if servable.batched:
            _write_batching(folder)

    return write_version(Path(out) / servable.name, write)


def _write_batching(folder: Path) -> None:
    """How TensorFlow Serving is to put requests together, for a model whose requests are all of one shape."""
    lines = [
        f"max_batch_size {{ value: {SIZES[-1]} }}",
        f"batch_timeout_micros {{ value: {WAIT} }}",
        f"num_batch_threads {{ value: {THREADS} }}",
        *(f"allowed_batch_sizes: {size}" for size in SIZES),
    ]
    (folder / "batching_params.pbtxt").write_text("".join(f"{line}\n" for line in lines))
