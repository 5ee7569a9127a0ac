import threading

import pytest

from .fake_rest import FakeRest


@pytest.fixture
def server():
    """A server whose pictures take no time."""
    with FakeRest() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
