"""The pass over a folder of images that can be cut off, taken up again, and divided among computers."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from nst_tf.backbones.graph import Graph
from nst_tf.errors import InputError
from nst_tf.images import Frames, atomic_write
from nst_tf.layers import Preprocess, SubtractMean
from nst_tf.visualize.top.forecast import seconds_of
from nst_tf.visualize.top.strongest import Strongest, StrongestPass, merge

__all__ = ["Part", "PartSearch", "divisions", "join", "part_path", "read_part", "weights_hash"]

SECONDS_BETWEEN_SAVES = 30.0
RANGES = (Preprocess, keras.layers.Rescaling)  # layers without weights that make another network


@dataclass(frozen=True)
class Part:
    """What has been found so far in one of several parts of the images.

    Attributes:
        settings: What was looked for and where, as JSON takes it; parts of one search have the same.
        shard: `(k, n)`: the k-th of n parts, from 1 on.
        done: How many of its images have been looked at.
        images: How many it has.
        skipped: The names of the files that could not be read, each with the reason.
        found: The strongest activations by layer.
    """

    settings: dict[str, Any]
    shard: tuple[int, int]
    done: int
    images: int
    skipped: dict[str, str]
    found: dict[str, Strongest]

    def save(self, path: Path) -> None:
        """Writes it as `.npz`, whole or not at all."""
        arrays = {
            f"{layer}:{field.name}": getattr(one, field.name)
            for layer, one in self.found.items()
            for field in fields(one)
        }
        facts = {"settings": self.settings, "shard": self.shard, "done": self.done, "images": self.images}
        with atomic_write(path) as temporary, temporary.open("wb") as file:
            np.savez(file, facts=json.dumps({**facts, "skipped": self.skipped}), **arrays)


def part_path(out: Path, shard: tuple[int, int]) -> Path:
    """The file of a part."""
    return out / "parts" / f"{shard[0]}-of-{shard[1]}.npz"


def divisions(out: Path) -> list[int]:
    """Into how many parts the searches that are in a folder have divided the images; rising."""
    return sorted({int(path.stem.rpartition("-")[2]) for path in (out / "parts").glob("*-of-*.npz")})


def read_part(path: Path) -> Part:
    """Reads what `Part.save` wrote.

    Raises:
        InputError: The file is missing or damaged.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            facts = json.loads(str(arrays["facts"]))
            layers = facts["settings"]["layers"]
            found = {
                layer: Strongest(*(arrays[f"{layer}:{field.name}"] for field in fields(Strongest))) for layer in layers
            }
        return Part(**{**facts, "shard": tuple(facts["shard"]), "found": found})
    except Exception as error:
        # NumPy and zipfile have many exceptions for a damaged file, and no common one.
        raise InputError(f"cannot read {path}: it is no part of a search, or damaged ({error})") from error


def weights_hash(model: keras.Model) -> str:
    """SHA-256 of a model's architecture and weights."""
    steps = Graph(model).steps
    digest = hashlib.sha256(repr([step.name for step in steps]).encode())
    ranges = [step.operation.get_config() for step in steps if isinstance(step.operation, RANGES)]
    digest.update(json.dumps(ranges, default=str).encode())
    means = [step.operation.mean for step in steps if isinstance(step.operation, SubtractMean)]  # which are no weights
    for array in (*(variable.numpy() for variable in model.variables), *means):
        digest.update(np.asarray(array).tobytes())
    return digest.hexdigest()


class PartSearch:
    """Looks at one part of the images, saving now and then.

    Args:
        graph: Of the network.
        settings: See `Part`; of these, `layers` and `size` are used.
        folder: That the images are in.
        paths: All images of all parts.
        shard: Which part.
        batch: Images at a time.
    """

    def __init__(
        self,
        graph: Graph,
        settings: dict[str, Any],
        folder: Path,
        paths: Sequence[Path],
        shard: tuple[int, int],
        batch: int,
    ):
        self._settings, self._folder, self._shard, self._batch = settings, folder, shard, batch
        number, count = shard
        self._first = len(paths) * (number - 1) // count
        self._paths = paths[self._first : len(paths) * number // count]
        self._pass = StrongestPass(graph, settings["layers"])

    def forecast(self, path: Path) -> tuple[int, float]:
        """How many images are still to be looked at, and the seconds that it takes without reading them.

        Args:
            path: The file of the part.

        Raises:
            InputError: The file is damaged.
        """
        left = len(self._paths) - (read_part(path).done if path.exists() else 0)
        side = self._settings["size"]
        grey, none = tf.fill([self._batch, side, side, 3], 0.5), tf.fill([self._batch], -1)
        seconds = seconds_of(lambda: self._pass.add(self._pass.start(), grey, none)) if left else 0.0
        return left, seconds * -(-left // self._batch)

    def run(self, path: Path, on_progress: Callable[[int, int], None]) -> Part:
        """Looks at the images of the part that have not yet been looked at; when it is stopped, saves what it has.

        Args:
            path: The file of the part; taken up if it is there.
            on_progress: Told the images looked at and the images there are, after each batch.

        Raises:
            InputError: The file is of another search, or no image can be read.
        """
        part = read_part(path) if path.exists() else self._part(0, {}, self._pass.start())
        _check_same(part, self._settings, path)
        if path.exists() and part.done == part.images:
            return part
        frames = Frames(self._paths, self._settings["size"], self._batch, part.done)
        # One name for both, so that whatever stops it finds a state with the number of images that it is of.
        seen, saved = (part.done, self._pass.start(part.found)), time.monotonic()

        def save(done, state) -> Part:
            now = self._part(done, part.skipped | self._skipped(frames, done), state)
            now.save(path)
            return now

        try:
            for indices, images in self._batches(frames):
                numbers = np.where(indices < 0, -1, indices + self._first).astype(np.int32)
                seen = int(indices.max()) + 1, self._pass.add(seen[1], tf.constant(images), tf.constant(numbers))
                on_progress(seen[0], len(self._paths))
                if time.monotonic() - saved > SECONDS_BETWEEN_SAVES:
                    save(*seen)
                    saved = time.monotonic()
        except BaseException as error:
            if seen[0] > part.done and not isinstance(error, Exception):  # a signal, or Ctrl-C in Python
                save(*seen)
            raise
        return save(len(self._paths), seen[1])

    def _batches(self, frames: Frames) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        try:
            yield from frames
        except InputError:
            # Of several parts one may hold nothing that can be read.
            if self._shard[1] == 1:
                raise

    def _skipped(self, frames: Frames, done: int) -> dict[str, str]:
        # The threads that read are ahead of the network.
        behind = set(self._paths[:done])
        return {self._name(path): reason for path, reason in frames.skipped.items() if path in behind}

    def _name(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix()

    def _part(self, done: int, skipped: dict[str, str], state) -> Part:
        return Part(self._settings, self._shard, done, len(self._paths), skipped, self._pass.result(state))


def _check_same(part: Part, settings: dict[str, Any], path: Path) -> None:
    """Refuses a part that was made with other settings.

    Raises:
        InputError: Names what differs.
    """
    for name, value in settings.items():
        if part.settings.get(name) != value:
            theirs = part.settings.get(name)
            raise InputError(
                f"{path} is of another search: its {name} is {theirs!r}, not {value!r}; choose another folder with -o"
            )


def join(out: Path, settings: dict[str, Any]) -> Part:
    """The whole, of all parts in a folder.

    Args:
        out: With the files of the parts, as `part_path` names them.
        settings: What they must have been made with.

    Raises:
        InputError: A part is missing, unfinished or of another search.
    """
    paths = sorted((out / "parts").glob("*-of-*.npz"))
    if not paths:
        raise InputError(f"{out} has no part of a search; make them first, with --shard K/N -o {out}")
    parts = [read_part(path) for path in paths]
    for part, path in zip(parts, paths, strict=True):
        _check_same(part, settings, path)
    _check_complete(parts, out)
    found = {layer: merge([part.found[layer] for part in parts]) for layer in settings["layers"]}
    skipped = {name: reason for part in parts for name, reason in part.skipped.items()}
    images = sum(part.images for part in parts)
    return Part(settings, (1, 1), images, images, skipped, found)


def _check_complete(parts: Sequence[Part], out: Path) -> None:
    counts = sorted({part.shard[1] for part in parts})
    if len(counts) > 1:
        raise InputError(f"{out} has parts of divisions into {' and into '.join(map(str, counts))}; keep one of them")
    finished = {part.shard[0] for part in parts if part.done == part.images}
    missing = [f"{number}/{counts[0]}" for number in range(1, counts[0] + 1) if number not in finished]
    if missing:
        raise InputError(f"{out} has not all parts yet; there is still to make: --shard {', '.join(missing)}")
