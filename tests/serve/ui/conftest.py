import json
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


@pytest.fixture
def page(browser, server):
    """The page, opened, with its models found."""
    browser.open(server.address)
    browser.wait("chosen() && !document.getElementById('seen').hidden")
    yield browser
    # The browser says each of its complaints itself: a forbidden address, a failed script.
    complaints = [event for event in browser.events if event["method"] in ("Runtime.exceptionThrown", "Log.entryAdded")]
    assert [event for event in complaints if "status of" not in json.dumps(event)] == []
