"""How TensorFlow Serving is to put requests together, for models whose requests are all of one shape."""

from pathlib import Path

__all__ = ["write_batching"]

SIZES = (1, 2, 4, 8, 16)
WAIT = 2000  # microseconds
THREADS = 2


def write_batching(folder: Path) -> None:
    """Writes `batching_params.pbtxt` into the folder of a version."""
    lines = [
        f"max_batch_size {{ value: {SIZES[-1]} }}",
        f"batch_timeout_micros {{ value: {WAIT} }}",
        f"num_batch_threads {{ value: {THREADS} }}",
        *(f"allowed_batch_sizes: {size}" for size in SIZES),
    ]
    (folder / "batching_params.pbtxt").write_text("".join(f"{line}\n" for line in lines))
