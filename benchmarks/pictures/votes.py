"""What people chose on blind pages."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nst_tf.errors import InputError

__all__ = ["tally", "tally_table"]


def tally(paths: Sequence[Path]) -> dict[str, int]:
    """The votes for each method, those without any among them.

    Args:
        paths: Files that were saved on pages, one for each person.

    Raises:
        InputError: A file cannot be read, or is none of these.
    """
    counts = Counter()
    for path in paths:
        saved = _read(path)
        counts.update(dict.fromkeys(saved["methods"], 0))
        counts.update(vote["method"] for vote in saved["votes"])
    return dict(counts.most_common())


def _read(path: Path) -> dict[str, Any]:
    try:
        saved = json.loads(path.read_text("utf-8"))
        return {"methods": list(saved["methods"]), "votes": [{"method": vote["method"]} for vote in saved["votes"]]}
    except OSError as error:
        raise InputError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
    except (ValueError, LookupError, TypeError):
        raise InputError(f"{path} is no file of votes; save one on a page that was made with --blind") from None


def tally_table(counts: dict[str, int]) -> str:
    """The same, to read."""
    total, wide = sum(counts.values()), max(map(len, counts))
    lines = [f"{method:{wide}}  {count:5}  {count / max(total, 1):4.0%}" for method, count in counts.items()]
    return "\n".join([f"{total} votes", *lines])
