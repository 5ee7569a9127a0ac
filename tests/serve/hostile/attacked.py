"""A server as a process, with as few files as a small machine gives it, and good requests beside the hostile ones."""

import contextlib
import http.client
import json
import re
import subprocess
import sys
import threading
import time

import grpc
import psutil
from grpc_health.v1 import health_pb2, health_pb2_grpc

from ..running import wait_for

FILES = 256
RUN = "import sys; from nst_tf.cli.main import run; sys.exit(run())"
COMMAND = ["sh", "-c", f'ulimit -n {FILES} && exec "$@"', "sh", sys.executable, "-c", RUN]
LISTENS = re.compile(r"gRPC at 127\.0\.0\.1:(\d+), REST at http://127\.0\.0\.1:(\d+)/")
SILENCE = 5.0  # seconds; on a machine of its own it is a tenth of that


class Attacked:
    """A server that is attacked.

    Args:
        process: It.
        log: The file that it writes its log to.
    """

    def __init__(self, process, log):
        self._process, self._log = process, log
        assert wait_for(lambda: LISTENS.search(self.told) or process.poll() is not None, 300)
        self.port, self.rest_port = map(int, LISTENS.search(self.told).groups())

    @property
    def told(self):
        """What is in its log."""
        return self._log.read_text()

    @property
    def memory(self):
        """Bytes that it has resident."""
        return psutil.Process(self._process.pid).memory_info().rss

    def ask(self, body=None, path="/v1/models/toy:predict", headers=None, timeout=60):
        """The status of a request and what the answer says."""
        connection = http.client.HTTPConnection("127.0.0.1", self.rest_port, timeout=timeout)
        with contextlib.closing(connection):
            connection.request("GET" if body is None else "POST", path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, json.load(answer)

    @contextlib.contextmanager
    def useful(self):
        """While the block runs, its health and its answers are asked for all the time, and none may fail or be late."""
        done, seconds, failures = threading.Event(), [], []
        asking = [
            threading.Thread(target=self._use, args=(one, done, seconds, failures))
            for one in (self._health(), self._good)
        ]
        for thread in asking:
            thread.start()
        try:
            yield
        finally:
            done.set()
            for thread in asking:
                thread.join()
        assert failures == []
        assert seconds
        assert max(seconds) < SILENCE

    def _use(self, ask, done, seconds, failures):
        while not done.is_set():
            begun = time.monotonic()
            try:
                ask()
            except Exception as error:  # whatever it is, the test is to tell
                failures.append(error)
            seconds.append(time.monotonic() - begun)
            done.wait(0.02)

    def _health(self):
        channel = grpc.insecure_channel(f"127.0.0.1:{self.port}")
        stub = health_pb2_grpc.HealthStub(channel)
        return lambda: stub.Check(health_pb2.HealthCheckRequest(), timeout=60)

    def _good(self):
        status, answer = self.ask(b'{"instances": [1]}')
        assert (status, answer) == (200, {"predictions": [2.5]})


@contextlib.contextmanager
def attacked(models, folder):
    """Serves a folder of models; yields the server."""
    command = [*COMMAND, "serve", "--model-dir", str(models), "--port", "0", "--rest-port", "0"]
    log = folder / "log"
    with log.open("w") as file:
        process = subprocess.Popen(command, stderr=file)
    try:
        yield Attacked(process, log)
    finally:
        process.terminate()
        process.wait(60)
