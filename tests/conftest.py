"""What tests of several parts share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def photos():
    """A folder of six folders with two photographs each; see data/CREDITS.md."""
    return Path(__file__).parent / "data" / "photos"
