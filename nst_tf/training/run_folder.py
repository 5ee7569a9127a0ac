"""What a training run leaves behind: `model.keras`, `run.json`, `logs` for TensorBoard and, of a classifier,
`classes.txt`.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

import nst_tf.layers  # noqa: F401  for keras.saving.load_model
from nst_tf.backbones.open import load_model_file
from nst_tf.errors import InputError
from nst_tf.images import atomic_write, make_folder

__all__ = ["EventLog", "RunFolder", "SaveEpochs"]

KINDS = {"settings": dict, "skipped": dict, "history": list}  # of what is in a record


class RunFolder:
    """The folder of a run, new or one that goes on.

    `model.keras` holds all that the next epoch depends on: the weights, the optimizer's momentum, and the states of
    the random numbers; `run.json` the settings and a record of each epoch. Each is replaced as a whole, the record
    first: what it has beyond the model is of an epoch that was cut off.

    Args:
        path: The folder; made when the first epoch is saved.
        settings: What the run is made with, values that JSON knows.

    Attributes:
        path: The folder.
        skipped: Path of each unreadable image, within the folder of images, to the reason, once known.
        history: One record for each epoch.

    Raises:
        InputError: The folder holds a run with other settings, or something that is no run.
    """

    def __init__(self, path: str | os.PathLike, settings: Mapping[str, Any]):
        self.path = Path(path)
        self.skipped: dict[str, str] = {}
        self.history: list[dict[str, float]] = []
        self._settings = dict(settings)
        if self._record.exists():
            self._resume()
        elif self.path.exists() and (not self.path.is_dir() or self.model_file.exists()):
            raise InputError(f"{self.path} is in the way: it is no training run; choose another folder")

    @property
    def model_file(self) -> Path:
        """Where the model of the last finished epoch is, or is to be."""
        return self.path / "model.keras"

    @property
    def _record(self) -> Path:
        return self.path / "run.json"

    def _resume(self) -> None:
        record = _read(self._record)
        for name, value in self._settings.items():
            if record["settings"].get(name) != value:
                raise InputError(_difference(self.path, name, record["settings"].get(name), value))
        self.skipped = record["skipped"]
        self.history = record["history"]

    def load(self, steps: int) -> keras.Model | None:
        """The model of the last finished epoch, with its optimizer; `None` if none was finished.

        Args:
            steps: Updates in an epoch.

        Raises:
            InputError: Its file is damaged, or of something else.
        """
        if not self.model_file.exists():
            self.history.clear()
            return None
        try:
            model = load_model_file(self.model_file, compile=True)
            if not model.compiled:
                raise InputError(f"{self.model_file} has no optimizer, so that no training run saved it")
        except InputError as error:
            raise InputError(f"{error}; bring it back as it was, or remove it to start anew") from error
        del self.history[int(model.optimizer.iterations.numpy()) // steps :]
        return model

    def save(self, model: keras.Model, classes: Sequence[str] = ()) -> None:
        """Writes the model and the record of an epoch.

        Args:
            model: With its optimizer.
            classes: Names of a classifier's classes.

        Raises:
            InputError: The folder cannot be made or written to.
            NstError: The disk is full, or writing failed otherwise.
        """
        self.make()
        if classes:
            with atomic_write(self.path / "classes.txt") as file:
                file.write_text("".join(f"{name}\n" for name in classes), errors="surrogateescape")
        record = {"settings": self._settings, "skipped": self.skipped, "history": self.history}
        with atomic_write(self._record) as file:
            file.write_text(json.dumps(record, indent=1) + "\n")
        save_model(model, self.model_file)

    def make(self) -> None:
        """Makes the folder if it is missing."""
        make_folder(self.path)


class SaveEpochs(keras.callbacks.Callback):
    """Records every epoch in a run folder, and saves the model there.

    Args:
        folder: The run folder.
        classes: Names of a classifier's classes.
        writes: Whether this process is the one that writes.
    """

    def __init__(self, folder: RunFolder, classes: Sequence[str], writes: bool):
        super().__init__()
        self._folder, self._classes, self._writes = folder, classes, writes

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._folder.history.append({"epoch": epoch + 1, **{name: float(value) for name, value in logs.items()}})
        if self._writes:
            self._folder.save(self.model, self._classes)


class EventLog(keras.callbacks.Callback):
    """Writes the logs of every round to `RUN/logs`, if the package tensorboard is installed; else it does nothing.

    Args:
        run: The folder of the run.
    """

    def __init__(self, run: str | os.PathLike):
        super().__init__()
        self._folder, self._writer = Path(run) / "logs", None

    def on_train_begin(self, logs: Any = None) -> None:
        try:
            import tensorboard  # noqa: F401  without it tf.summary has no scalars
        except ImportError:
            return
        self._writer = tf.summary.create_file_writer(str(self._folder))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self._writer is None:
            return
        with self._writer.as_default(step=epoch + 1):
            for name, value in logs.items():
                tf.summary.scalar(name, value)
        self._writer.flush()


def save_model(model: keras.Model, path: Path) -> None:
    """Writes a `.keras` file, whole or not at all."""
    with atomic_write(path) as temporary:
        model.save(temporary)


def _read(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text())
        found = {name: record[name] for name in KINDS}
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        detail = f"there is no {error}" if isinstance(error, KeyError) else str(error)
        raise _no_record(path, " ".join(detail.split())) from error
    for name, kind in KINDS.items():
        if not isinstance(found[name], kind):
            raise _no_record(path, f"its {name!r} is {found[name]!r:.60}")
    for number, row in enumerate(found["history"], 1):
        if not _is_row(row, number):
            raise _no_record(path, f"round {number} of its 'history' is {row!r:.60}")
    return found


def _is_row(row: Any, number: int) -> bool:
    of_numbers = isinstance(row, dict) and all(type(value) in (int, float) for value in row.values())
    return of_numbers and row.get("epoch") == number


def _no_record(path: Path, detail: str) -> InputError:
    return InputError(
        f"{path} is not the record of a training run: {detail}; bring it back as it was, or choose another folder"
    )


def _difference(path: Path, name: str, before: Any, now: Any) -> str:
    if name == "images":
        return f"{path} is a run on other images; choose another folder, or bring back the images it was started with"
    return f"{path} is a run with {name.replace('_', ' ')} {before}, not {now}; choose another folder"
