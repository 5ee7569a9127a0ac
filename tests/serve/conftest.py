import gc
import shutil

import pytest

from .running import running
from .toys import save_toy


@pytest.fixture(scope="module", autouse=True)
def _other_tests_are_no_garbage():
    """A model that is unloaded has Python look through all objects: millions, with the graphs of other tests."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(scope="session")
def toy_versions(tmp_path_factory):
    """Folders of versions 1, 2 and 3 of the toy, whose `offset` is 1, 2 and 3."""
    folder = tmp_path_factory.mktemp("toy")
    return {number: save_toy(folder / str(number), float(number)) for number in (1, 2, 3)}


@pytest.fixture
def put(toy_versions, tmp_path):
    """Puts a version of the toy into the folder of models, `tmp_path / "models"`, in one step."""

    def place(number, name="toy", offset=None):
        folder = tmp_path / "models" / name
        folder.mkdir(parents=True, exist_ok=True)
        beside = folder / f".{number}.tmp"
        shutil.copytree(toy_versions[offset or number], beside)
        return beside.rename(folder / str(number))

    return place


@pytest.fixture(scope="session")
def server(toy_versions, tmp_path_factory):
    """A server of one model, `toy`, in version 2; started once for all tests that only ask."""
    models = tmp_path_factory.mktemp("models")
    (models / "toy").mkdir()
    shutil.copytree(toy_versions[2], models / "toy" / "2")
    with running(models) as started:
        yield started
