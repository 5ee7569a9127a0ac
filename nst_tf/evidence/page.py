"""The page of the evidence: a table with a line for each row, and a section for each, in Markdown."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nst_tf.evidence.row import VERDICTS, Row

__all__ = ["counted", "page"]

WIDTH = 120
MISSING = "not made"
BEGINNING = """\
# The evidence

What the papers claim, and what this package finds on the three pictures that it brings. All of it is made by

```bash
nst-tf evidence -o evidence/
```

which goes on where it was stopped; one row by itself, by `--only`. A verdict is computed from what can be measured
here: a claim *holds* if all of that is as the paper says, holds *in part* if some of it is, and is *not reproduced* if
none is. It says nothing of other pictures, and what only an eye can tell is left to yours. A claim is a
link to its picture, what differs, and the commands for it.
"""


def page(rows: Sequence[Row], records: Mapping[str, Mapping[str, Any]], size: str) -> str:
    """The page.

    Args:
        rows: In their order.
        records: What is kept of those that were made, by name; see `Making`.
        size: See `Studio`.
    """
    small = [] if size == "full" else ["**Made at a small size, which is for tests: it shows nothing.**", ""]
    head = ["| claim | the paper's | ours | verdict |", "|---|---|---|---|"]
    lines = [BEGINNING, *small, f"Verdicts on {len(rows)} claims: {counted(rows, records)}.", "", *head]
    lines += [_line(row, records.get(row.name)) for row in rows]
    for row in rows:
        lines += ["", *_section(row, records.get(row.name))]
    return "\n".join(lines) + "\n"


def counted(rows: Iterable[Row], records: Mapping[str, Mapping[str, Any]]) -> str:
    """How many rows there are of each verdict, in words."""
    found = Counter(records.get(row.name, {}).get("verdict", MISSING) for row in rows)
    return ", ".join(f"{found[verdict]} {verdict}" for verdict in (*VERDICTS, MISSING) if found[verdict])


def _line(row: Row, record: Mapping[str, Any] | None) -> str:
    ours, verdict = (_ours(record), record["verdict"]) if record else ("", MISSING)
    cells = f"[{row.claim}](#{row.name})", f"{row.theirs} ({row.paper})", ours, f"**{verdict}**"
    return f"| {' | '.join(cells)} |"


def _ours(record: Mapping[str, Any]) -> str:
    """Our numbers, and what of the claim they do not show."""
    failed = [check for check, held in record["checks"].items() if not held]
    return f"{record['ours']}{'. **Not** reproduced: ' if failed else ''}{'; '.join(failed)}"


def _section(row: Row, record: Mapping[str, Any] | None) -> list[str]:
    lines = [f"## {row.name}", "", *_wrapped(row.claim), "", *_wrapped(f"*{row.paper}*: {row.theirs}.")]
    if record:
        lines += ["", *_wrapped(f"Ours: {record['ours']}."), ""]
        lines += [f"- {check}: {'yes' if held else 'no'}" for check, held in record["checks"].items()]
        if record["picture"]:
            lines += ["", f"![{row.claim}]({record['picture']})"]
    language = "bash" if row.command.startswith("nst-tf") else "python"
    lines += ["", *_wrapped(f"What differs: {row.differs}"), "", "Again, and with pictures of your own:", ""]
    return [*lines, "```bash", f"nst-tf evidence -o evidence/ --only {row.name}", "```", "",
            f"```{language}", row.command, "```"]  # fmt: skip


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)
