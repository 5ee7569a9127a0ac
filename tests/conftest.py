"""What tests of several parts share."""

from pathlib import Path

import pytest

from nst_tf.backbones.precision import MachinePrecision


@pytest.fixture(scope="session", autouse=True)
def _machine_without_bfloat16():
    """So that all machines compute the same; what is left to the machine is float32, unless a test says otherwise."""
    with pytest.MonkeyPatch.context() as change:
        found = MachinePrecision("float32", "it runs tests")
        change.setattr("nst_tf.backbones.precision.machine_precision", lambda: found)
        yield


@pytest.fixture(scope="session")
def photos():
    """A folder of six folders with two photographs each; see data/CREDITS.md."""
    return Path(__file__).parent / "data" / "photos"
