"""What became of each picture of a folder: lines of JSON beside the results, in `manifest.jsonl`.

Each has `input`, `output` (within the folder), `seconds` (since the picture before) and `error` (`null` if there was
none). A picture that was made again has several lines, of which the last counts.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nst_tf.cli.work.jobs import Job

__all__ = ["Manifest"]


class Manifest:
    """The lines of one run, and of those before it.

    Args:
        folder: Of the results.
        shard: See `Folders`; computers that share a folder write files of their own.

    Attributes:
        path: The file.
    """

    def __init__(self, folder: Path, shard: tuple[int, int] | None = None):
        self._folder = folder
        self.path = folder / ("manifest-{}-of-{}.jsonl".format(*shard) if shard else "manifest.jsonl")

    def finished(self) -> set[str]:
        """The outputs that were made without an error, in all runs on this folder."""
        errors = {}
        for path in sorted(self._folder.glob("manifest*.jsonl"), key=lambda path: path.stat().st_mtime):
            for line in path.read_text("utf-8", "replace").splitlines():
                errors.update(_outcome(line))
        return {output for output, error in errors.items() if error is None}

    def name(self, job: "Job") -> str:
        """The name of a job's result."""
        return job.target.relative_to(self._folder).as_posix()

    def add(self, job: "Job", seconds: float, error: str | None) -> None:
        """Writes the line of a picture."""
        facts = {"input": str(job.content), "output": self.name(job), "seconds": round(seconds, 3), "error": error}
        with self.path.open("a", encoding="ascii") as file:
            file.write(json.dumps(facts) + "\n")


def _outcome(line: str) -> dict[str, str | None]:
    try:
        facts = json.loads(line)
        return {facts["output"]: facts["error"]}
    except (ValueError, KeyError, TypeError):
        return {}  # a line that was cut off when the machine stopped
