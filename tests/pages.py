"""What the README and the pages of the documentation hold for readers to run."""

import re
from pathlib import Path

__all__ = ["DOCS", "README", "block", "blocks"]

ROOT = Path(__file__).parents[1]
README, DOCS = ROOT / "README.md", ROOT / "docs"


def blocks(page, language=r"\w+"):
    """The blocks of code of a page, in their order; of one language or of all."""
    return re.findall(rf"^```(?:{language})\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)


def block(page, phrase):
    """The block of a page that has a phrase."""
    (found,) = [code for code in blocks(page) if phrase in code]
    return found
