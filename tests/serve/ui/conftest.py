import threading

import pytest

from . import chromium
from .fake_rest import FakeRest


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A browser; without one, the test is skipped."""
    if chromium.CHROMIUM is None:
        pytest.skip("there is no Chromium")
    with chromium.Chromium(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def server():
    """A server whose pictures take no time."""
    with FakeRest() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
