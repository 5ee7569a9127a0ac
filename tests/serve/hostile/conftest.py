import shutil

import pytest

from .attacked import attacked


@pytest.fixture(scope="package")
def target(toy_versions, tmp_path_factory):
    """A server of the toy, for all attacks."""
    folder = tmp_path_factory.mktemp("attacked")
    shutil.copytree(toy_versions[2], folder / "models" / "toy" / "2")
    with attacked(folder / "models", folder) as server:
        yield server


@pytest.fixture(autouse=True)
def quiet_log(target):
    """No attack is worth a traceback or a page in the log."""
    before = len(target.told)
    yield
    told = target.told[before:]
    assert "Traceback" not in told
    assert len(told.splitlines()) < 20
