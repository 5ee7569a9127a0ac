"""What tests of several parts share."""

import fcntl
import os
from pathlib import Path

import pytest

if "PYTEST_XDIST_WORKER" in os.environ:
    # Before NumPy is imported: where processes share the processors, its threads wait for one another, busily.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.fixture(scope="session", autouse=True)
def _machine_without_bfloat16():
    """So that all machines compute the same; what is left to the machine is float32, unless a test says otherwise."""
    from nst_tf.backbones.precision import MachinePrecision

    with pytest.MonkeyPatch.context() as change:
        found = MachinePrecision("float32", "it runs tests")
        change.setattr("nst_tf.backbones.precision.machine_precision", lambda: found)
        yield


@pytest.fixture(scope="session")
def photos():
    """A folder of six folders with two photographs each; see data/CREDITS.md."""
    return Path(__file__).parent / "data" / "photos"


@pytest.fixture(scope="session")
def once(request, tmp_path_factory):
    """Makes a file or folder once for all processes of a run of the tests: `once(name, make)` gives its path.

    `make` is called with the path to write to by the process that asks first, while the others wait.
    """
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if hasattr(request.config, "workerinput") else folder) / "once"
    folder.mkdir(exist_ok=True)

    def get(name, make):
        place, beside = folder / name, folder / f".{name}.{os.getpid()}"
        with open(folder / f".{name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not place.exists():
                make(beside)
                beside.rename(place)
        return place

    return get
