"""All attacks in rounds, beside good requests, and what is measured meanwhile."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.attacks import over_grpc, over_rest
from benchmarks.attacks.answer import Answer
from benchmarks.attacks.attacked import Attacked, attacked, export_models
from benchmarks.attacks.good import good_requests
from benchmarks.attacks.watch import watched
from benchmarks.serving.targets import Target

__all__ = ["FULL", "TARGETS", "Extent", "measure"]

EARLY = 3  # rounds that make room for as many giants at once as there may be, of which one round may have fewer

TARGETS = (
    Target("grpc_wait", "seconds that health over gRPC was waited for at most", 0.5),
    Target("rest_wait", "seconds that health over REST was waited for at most", 0.5),
    Target("health_failed", "questions for health that failed", 0),
    Target("failed", "good requests that failed", 0),
    Target("wrong", "good requests with wrong answers", 0),
    Target("unexpected", "attacks with another status than they should have", 0),
    Target("tracebacks", "tracebacks in the log", 0),
    Target("lines", "lines in the log", 100),
    Target("growth", f"MB of memory after more than {EARLY} rounds above that of the first {EARLY}", 100),
    Target("status", "exit status after SIGTERM", 0),
)


@dataclass(frozen=True)
class Extent:
    """How much is done.

    Attributes:
        requests: Good ones, at least.
        pause: Seconds between two of them, of one client.
        rounds: Of all attacks.
        mutated: Messages of a round.
        half_open: Connections at once, of each kind.
        closed: Sockets of a round.
        foreign: Requests of pages of others in a round.
    """

    requests: int = 10_000
    pause: float = 0.002
    rounds: int = 10  # in which all of the requests are answered on two cores
    mutated: int = 300
    half_open: int = 400
    closed: int = 30
    foreign: int = 100


FULL = Extent()


def measure(extent: Extent = FULL, tell: Callable[[str], object] = lambda _: None) -> dict[str, Any]:
    """All figures, as plain data; `TARGETS` says what they are to be.

    Args:
        extent: How much to do.
        tell: Is told of each round.
    """
    with tempfile.TemporaryDirectory() as folder:
        export_models(Path(folder))
        with attacked(Path(folder)) as server:
            return _measured(server, extent, tell)


def _measured(server: Attacked, extent: Extent, tell: Callable[[str], object]) -> dict[str, Any]:
    process, answers, memory = server.server, [], []
    watch = watched(process.address, process.host, process.rest_port)
    with watch as health, good_requests(server, extent.requests, extent.pause) as good:
        for number in range(extent.rounds):
            answers += _round(server, extent, number)
            memory.append(process.memory)
            tell(f"round {number + 1} of {extent.rounds}: {good.all} good requests, {memory[-1]:.0f} MB")
        beside = good.all
    status = process.stop()
    log = "".join(process.told)
    wrong = [one for one in answers if not one.is_right]
    return {
        **health,
        "health_failed": health["grpc_failed"] + health["rest_failed"],
        "requests": good.all,
        "beside": beside,
        "by": dict(good.answered),
        "failed": sum(good.failures.values()),
        "failures": dict(good.failures),
        "wrong": good.wrong,
        "longest": good.longest,
        "attacks": _counted(answers),
        "unexpected": len(wrong),
        "unexpected_answers": [one._asdict() | {"allowed": [*one.allowed]} for one in wrong[:20]],
        "memory": memory,
        "growth": min(memory[EARLY:], default=0.0) - max(memory[:EARLY]) if len(memory) > EARLY else 0.0,
        "tracebacks": log.count("Traceback"),
        "lines": len(log.splitlines()),
        "log": log,
        "status": abs(status),
    }


def _round(server: Attacked, extent: Extent, number: int) -> list[Answer]:
    """All attacks, those over gRPC beside those over REST."""
    lanes: list[Iterable[Iterator[Answer]]] = [
        [
            over_grpc.mutated_messages(server, extent.mutated, number),
            over_grpc.no_messages(server),
            over_grpc.long_names(server),
            over_grpc.giant_messages(server),
            over_grpc.cancels(server),
        ],
        [
            over_rest.malformed_bodies(server),
            over_rest.foreign_pages(server, extent.foreign),
            over_rest.half_open(server, extent.half_open),
            over_rest.giants(server),
            over_rest.bombs(server),
            over_rest.closed_sockets(server, extent.closed),
        ],
    ]
    with ThreadPoolExecutor(len(lanes)) as pool:
        found = pool.map(lambda lane: [answer for attack in lane for answer in attack], lanes)
        return [answer for lane in found for answer in lane]


def _counted(answers: Iterable[Answer]) -> dict[str, dict[str, int]]:
    """How often each attack had each status."""
    counted: dict[str, Counter] = {}
    for one in answers:
        counted.setdefault(one.attack, Counter())[one.code] += 1
    return {attack: dict(codes) for attack, codes in counted.items()}
