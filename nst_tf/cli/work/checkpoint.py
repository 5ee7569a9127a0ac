"""What a long run has reached, kept beside its output until that is finished: `OUT.run/checkpoint.npz`."""

import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from absl import logging

from nst_tf.cli.shell.failure import one_line
from nst_tf.cli.work.devices import devices
from nst_tf.errors import InputError, NstError
from nst_tf.images import atomic_write
from nst_tf.progress import Progress

__all__ = ["CheckpointFolder", "is_kept"]

FILE = "checkpoint.npz"
EVERY = 30.0  # seconds between two of them, at least: what is finished before is not slowed down
SHARE = 0.05  # of the time, at most, that goes into writing them
FACTS = "facts"  # beside the arrays of the recipe


def _folder(target: Path) -> Path:
    return target.with_name(f"{target.name}.run")


def is_kept(target: Path) -> bool:
    """Whether there is a checkpoint of a result: it is half done, whatever is in its file."""
    return (_folder(target) / FILE).exists()


class CheckpointFolder:
    """The last state of one picture.

    Args:
        target: The file of the picture.
        command: What it belongs to, see `Recording.command`.
        seconds: The clock.
    """

    def __init__(self, target: Path, command: dict[str, Any], seconds: Callable[[], float] = time.monotonic):
        self.folder, self._command, self._seconds = _folder(target), command, seconds
        self._due = seconds() + EVERY

    @property
    def _name(self) -> str:
        return one_line(str(self.folder))

    @property
    def _remedy(self) -> str:
        return f"remove {self._name}, or name another file with -o"

    def load(self) -> dict[str, np.ndarray] | None:
        """What an earlier run of the same command has kept, if there is anything.

        Raises:
            InputError: It is of another command or version, is damaged, or something else is in its place.
        """
        if not (self.folder / FILE).exists():
            self._check_place()
            return None
        command, machine, arrays = self._read()
        if told := _difference(command, self._command):
            raise InputError(f"{self._name} is of another command: its {told}; go on with that one, {self._remedy}")
        if told := _difference(machine, _machine()):
            logging.warning("%s was made on another machine: its %s; the picture will differ in its last bits from "
                            "what one of them makes alone", self._name, told)  # fmt: skip
        logging.info("goes on from %s", self._name)
        return arrays

    def _check_place(self) -> None:
        if not os.path.lexists(self.folder):
            return
        # Whoever was killed while it wrote the first one has left an empty folder, or a temporary file in it.
        if not self.folder.is_dir() or any(not name.startswith(".nst-") for name in os.listdir(self.folder)):
            raise InputError(f"{self._name} is in the way: it is no checkpoint; {self._remedy}")

    def _read(self) -> tuple[dict[str, Any], dict[str, Any], dict[str, np.ndarray]]:
        try:
            with (self.folder / FILE).open("rb") as file, np.load(file, allow_pickle=False) as stored:
                arrays = dict(stored)
            facts = json.loads(str(arrays.pop(FACTS)))
            if facts["arrays"] != _shapes(arrays):
                raise ValueError("its arrays are not those that were saved")
            return facts["command"], facts["machine"], arrays
        except Exception as error:
            # NumPy and zipfile have many exceptions for a damaged file, and no common one.
            raise InputError(f"cannot go on from {self._name}: it is damaged ({error}); {self._remedy}") from error

    def keep(self, progress: Progress) -> None:
        """Saves where a run stands, if it is time for that."""
        if self._seconds() >= self._due:
            self.save(progress)

    def save(self, progress: Progress) -> bool:
        """Saves where a run stands, in place of what was kept before; whether it could be, which a line says if not."""
        if progress.checkpoint is None:
            return False
        began = self._seconds()
        try:
            arrays = progress.checkpoint()
            facts = json.dumps({"command": self._command, "machine": _machine(), "arrays": _shapes(arrays)})
            self.folder.mkdir(exist_ok=True)
            with atomic_write(self.folder / FILE) as temporary, temporary.open("wb") as file:
                np.savez(file, **{FACTS: facts}, **arrays)
        except (OSError, NstError) as error:  # the picture can still be made
            logging.warning("no checkpoint is kept: %s", one_line(str(error)))
            self._due = float("inf")
            return False
        now = self._seconds()
        self._due = now + max(EVERY, (now - began) / SHARE)
        return True

    def remove(self) -> None:
        """The picture is finished."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _machine() -> dict[str, Any]:
    """What decides on the last bits."""
    found = devices()
    return found | {"precision": found["precision"]["name"]}


def _shapes(arrays: Mapping[str, np.ndarray]) -> dict[str, list[int]]:
    return {name: list(array.shape) for name, array in arrays.items()}


def _difference(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> str:
    """The first thing that differs, in words; empty if nothing does."""
    for name in {**ours, **theirs}:
        was, now = theirs.get(name), ours.get(name)
        if was != now:
            return f"{name} {_changed(was, now)}"
    return ""


def _changed(was: Any, now: Any) -> str:
    if "sha256" in f"{was}{now}":
        return "was another file"
    return f"was {_word(was)}, not {_word(now)}"


def _word(value: Any) -> str:
    return "not given" if value is None else json.dumps(value)
