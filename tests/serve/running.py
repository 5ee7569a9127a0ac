"""The embedded server in a thread of this process."""

import asyncio
import contextlib
import json
import threading
import time
from pathlib import Path

from nst_tf.serve.client import call_grpc, call_rest
from nst_tf.serve.server.config import config_of_folder
from nst_tf.serve.server.server import Server, ServerSettings


@contextlib.contextmanager
def running(folder: Path, find=None, **settings):
    """Serves a folder of models on free ports; yields the started server."""
    server = Server(
        find or (lambda: config_of_folder(folder)),
        ServerSettings(**{"port": 0, "rest_port": 0, "poll": 0.05, "grace": 10.0} | settings),
    )
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(300)  # on a busy machine

    try:
        run(server.listen())
        run(server.load())
        try:
            yield server
        finally:
            run(server.stop())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def wait_for(condition, seconds=60.0):
    """Looks until a condition holds; whether it did in time, of which there is enough on a busy machine."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def without_waiting(monkeypatch):
    """Has clients try again at once what a server could not take."""
    monkeypatch.setattr(call_rest, "WAITS", (0.01,) * 4)
    policy = call_grpc.RETRIES["methodConfig"][0]["retryPolicy"]
    for name in ("initialBackoff", "maxBackoff"):
        monkeypatch.setitem(policy, name, "0.01s")
    options = dict(call_grpc.OPTIONS) | {"grpc.service_config": json.dumps(call_grpc.RETRIES)}
    monkeypatch.setattr(call_grpc, "OPTIONS", list(options.items()))
