"""What tests of several parts share."""

import contextlib
import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def photos():
    """A folder of six folders with two photographs each; see data/CREDITS.md."""
    return Path(__file__).parent / "data" / "photos"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Lets a test that is marked `serial` wait until no other worker runs one, and others wait until it is done."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        return (yield)
    with _turn(Path(item.config.cache.mkdir("turns")), run, alone=item.get_closest_marker("serial") is not None):
        return (yield)


@contextlib.contextmanager
def _turn(folder, run, alone):
    import fcntl

    # Whoever wants to be alone keeps the door shut, so that no one comes in while he waits for the last to leave.
    with (folder / f"{run}.door").open("w") as door, (folder / f"{run}.room").open("w") as room:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        if not alone:
            fcntl.flock(door, fcntl.LOCK_UN)
        yield
