"""A process that asks a server for its health all the time, until its input ends; then it tells the longest waits.

It is one of its own, so that nothing that attacks the server makes it wait for its own interpreter.
"""

import contextlib
import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

__all__ = ["watched"]

PAUSE = 0.02
PATIENCE = 60.0


@contextlib.contextmanager
def watched(address: str, host: str, rest_port: int) -> Iterator[dict[str, float]]:
    """While the block runs, health is asked for; then what it is given tells how that went.

    Yields:
        What will hold, for `grpc` and `rest`: `NAME_asked` and `NAME_failed`, how often, and `NAME_wait`, the longest
        time in seconds.
    """
    command = [sys.executable, "-m", "benchmarks.attacks.watch", address, host, str(rest_port)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = {}
    try:
        process.stdout.readline()  # it has begun
        yield found
    finally:
        told, _ = process.communicate()
        found.update(json.loads(told))


def _over_grpc(address: str) -> Callable[[], bool]:
    stub = health_pb2_grpc.HealthStub(grpc.insecure_channel(address))
    serving = health_pb2.HealthCheckResponse.SERVING
    return lambda: stub.Check(health_pb2.HealthCheckRequest(), timeout=PATIENCE).status == serving


def _over_rest(host: str, port: int) -> Callable[[], bool]:
    def ask() -> bool:
        connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request("GET", "/v1/models/features")
            return connection.getresponse().status == 200

    return ask


def _ask(name: str, ask: Callable[[], bool], done: threading.Event, found: dict[str, float]) -> None:
    asked, failed, longest = 0, 0, 0.0
    while not done.wait(PAUSE):
        begun = time.monotonic()
        try:
            failed += not ask()
        except Exception as error:  # whatever it is, it is to be counted
            failed += 1
            print(f"health over {name}: {error!r}", file=sys.stderr)
        asked, longest = asked + 1, max(longest, time.monotonic() - begun)
    found |= {f"{name}_asked": asked, f"{name}_failed": failed, f"{name}_wait": longest}


def main(address: str, host: str, port: str) -> None:
    """Asks until standard input ends."""
    done, found = threading.Event(), {}
    asks = {"grpc": _over_grpc(address), "rest": _over_rest(host, int(port))}
    threads = [threading.Thread(target=_ask, args=(name, ask, done, found)) for name, ask in asks.items()]
    for thread in threads:
        thread.start()
    print("begun", flush=True)
    sys.stdin.read()
    done.set()
    for thread in threads:
        thread.join()
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
