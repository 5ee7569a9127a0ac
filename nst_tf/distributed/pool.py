"""A pool of workers on a Ray cluster, by Ray Data: each opens its network once, and takes one item after the other.

Ray Data keeps as many items on the way as there are workers to take them, begins a worker anew that has ended, and does
again what that had in hand. So a function may be called twice with an item, and has to be one that may.
"""

import contextlib
import importlib.util
import logging
import math
import os
import signal
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.pool import ExceptionWithTraceback
from typing import Any, TypeVar

from nst_tf.errors import InputError, NstError
from nst_tf.images.quiet import quiet_stderr

__all__ = ["check_ray", "each_on_ray"]

Item = TypeVar("Item")
Made = TypeVar("Made")

TRIES = 3  # of an item whose worker ends: it may have been the reason
SHARES = 4  # that a worker gets of the items, at least, so that all end at about the same time
ANSWER = 5.0  # seconds that a cluster may take to answer
STORE = 2**27  # bytes of Ray's object store on this machine; nothing large goes through it
# Ray neither reports who uses it nor prints what our own lines say; a user may have it otherwise.
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}


def check_ray() -> None:
    """Checks that Ray is installed.

    Raises:
        NstError: It is not; the message has the command that installs it.
    """
    missing = [name for name in ("ray", "pyarrow") if importlib.util.find_spec(name) is None]
    if missing:
        raise NstError(f"a cluster needs {' and '.join(missing)}; this installs it: pip install 'nst_tf[ray]'")


def each_on_ray(
    opened: Callable[[], Callable[[Item], Made]],
    items: Sequence[Item],
    *,
    workers: int,
    address: str | None = None,
    together: int = 1,
    debug: bool = False,
) -> Iterator[tuple[Item, Made | Exception]]:
    """Has each item processed by one of several workers. None is lost: each comes out once, when it is done.

    A worker has its equal share of the cluster's processors, as threads, and of its GPUs, if there are any. Where Ray
    is initialized already, that cluster is used, and goes on to run.

    Args:
        opened: Called once in each worker, gives the function that processes an item. All that it holds is sent.
        items: To be processed.
        workers: How many processes.
        address: Of a running cluster: `auto`, `HOST:PORT` or `ray://HOST:PORT`; by default that of the environment
            variable `RAY_ADDRESS`, or else workers of this machine, which end with the iteration.
        together: How many items a worker takes at once: more than one for those that take less than a second.
        debug: Whether to print what Ray and its workers log.

    Yields:
        An item, and what the function gave or the exception that it raised; in the order in which they are done. Where
        it ended its worker, again and again, that is an `NstError`.

    Raises:
        InputError: There is no worker, or no cluster answers at the address.
        NstError: Ray is not installed.
        Exception: What `opened` raised.
    """
    if workers < 1:
        raise InputError(f"{workers} workers cannot do anything; at least 1 is needed")
    if not items:
        return
    left = dict(enumerate(items))
    with _cluster(address, workers, debug):
        for row in _rows(opened, items, workers, together):
            outcome = _loads(row["outcome"])
            if not row["opened"]:
                raise outcome
            if row["number"] in left:
                yield left.pop(row["number"]), outcome
    for item in left.values():
        yield item, NstError("Ray has lost it; the logs of Ray tell why")


class _Attempts:
    """How often each item was begun: an actor of its own, which is still there when a worker has ended."""

    def __init__(self) -> None:
        self._begun: Counter = Counter()

    def begin(self, what: int | str) -> int:
        self._begun[what] += 1
        return self._begun[what]

    def end(self, what: int | str) -> None:
        del self._begun[what]


class _Worker:
    """What runs in each worker: an actor of Ray."""

    def __init__(self, opened: bytes, attempts: Any, threads: int, workers: int):
        # Before TensorFlow is imported, which otherwise takes all processors of the machine in every worker.
        os.environ |= {"TF_NUM_INTRAOP_THREADS": str(threads), "TF_NUM_INTEROP_THREADS": "1"}
        self._attempts, self._failure = attempts, None
        # Whatever is raised here, or ends the process, Ray would try again for ever.
        try:
            self._check_tries("opening a worker", TRIES * workers)  # all of which may be at it
            self._make = _loads(opened)()
            self._attempts.end.remote("opening a worker")
        except Exception as error:
            self._failure = error

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        outcome = self._failure or self._outcome(row["number"], row["item"])
        return {"number": row["number"], "outcome": _sent(outcome), "opened": self._failure is None}

    def _check_tries(self, what: int | str, most: int = TRIES) -> None:
        import ray

        tries: Any = ray.get(self._attempts.begin.remote(what))
        if tries > most:
            raise NstError(f"its worker was ended each of {most} times; perhaps there is not enough memory for it")

    def _outcome(self, number: int, item: bytes) -> Any:
        try:
            self._check_tries(number)
            return self._make(_loads(item))
        except Exception as error:
            return error


def _sent(outcome: Any) -> bytes:
    if isinstance(outcome, Exception):
        try:
            _loads(_dumps(outcome))  # not all exceptions come through
        except Exception:
            outcome = NstError(f"{type(outcome).__name__}: {outcome}").with_traceback(outcome.__traceback__)
        outcome = ExceptionWithTraceback(outcome, outcome.__traceback__)
    return _dumps(outcome)


def _dumps(value: Any) -> bytes:
    from ray.cloudpickle import dumps

    return dumps(value)


def _loads(data: bytes) -> Any:
    from ray.cloudpickle import loads

    return loads(data)


def _rows(opened: Callable, items: Sequence, workers: int, together: int) -> Iterator[dict[str, Any]]:
    import ray.data

    together = max(1, min(together, len(items) // (workers * SHARES)))
    share = _share(ray.cluster_resources(), workers)
    context = ray.data.DataContext.get_current().copy()
    context.enable_progress_bars = context.print_on_execution_start = False
    context.max_errored_blocks = -1  # what is missing in the end is told
    with ray.data.DataContext.current(context):
        rows = [{"number": number, "item": _dumps(item)} for number, item in enumerate(items)]
        data = ray.data.from_items(rows, override_num_blocks=math.ceil(len(items) / together))
        # One that may be slow waits for a worker, not behind another one in its queue.
        ahead = 2 if together > 1 else 1
        pool = ray.data.ActorPoolStrategy(size=min(workers, len(items)), max_tasks_in_flight_per_actor=ahead)
        attempts = ray.remote(num_cpus=0)(_Attempts).remote()
        arguments = _dumps(opened), attempts, share["num_cpus"], workers
        try:
            yield from data.map(_Worker, compute=pool, fn_constructor_args=arguments, **share).iter_rows()
        except ray.exceptions.RayError as error:
            reason = str(error).strip().splitlines()[-1]
            same = "all machines need the same nst_tf[ray], Ray and Python"
            raise NstError(f"the workers cannot work, for which {same}: {reason}") from error


def _share(resources: dict[str, float], workers: int) -> dict[str, float]:
    """What each worker has of a cluster."""
    share: dict[str, float] = {"num_cpus": max(1, int(resources.get("CPU", 1)) // workers)}
    gpus = resources.get("GPU", 0)
    return share | ({"num_gpus": min(1.0, gpus / workers)} if gpus else {})


@contextlib.contextmanager
def _cluster(address: str | None, workers: int, debug: bool) -> Iterator[None]:
    """A connection to a cluster, or one of this machine, for the time of the block."""
    check_ray()
    for name, value in QUIET.items() if not debug else ():
        os.environ.setdefault(name, value)
    level = logging.INFO if debug else logging.CRITICAL
    with contextlib.ExitStack() as ending:
        with contextlib.nullcontext() if debug else quiet_stderr():
            import ray.data
            from ray._private import worker as printing

            # Else it prints of every worker that has ended, on standard output.
            ending.callback(setattr, printing, "_worker_logs_enabled", printing._worker_logs_enabled)
            printing._worker_logs_enabled = debug
            if not ray.is_initialized():
                options = {"log_to_driver": debug, "logging_level": level}
                _connect(address or os.environ.get("RAY_ADDRESS"), workers, options)
                ending.callback(ray.shutdown)
        logging.getLogger("ray.data").setLevel(level)
        yield


def _connect(address: str | None, workers: int, options: dict[str, Any]) -> None:
    import ray

    here = {"num_cpus": max(workers, os.cpu_count() or 1), "include_dashboard": False, "object_store_memory": STORE}
    place = {"address": "local", **here} if address in (None, "local") else {"address": address}
    if ":" in place["address"]:
        _check_answers(place["address"])
    before = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(**place, **options)
    except (ConnectionError, RuntimeError, ValueError) as error:
        reason = str(error.__cause__ or error).strip().splitlines()[-1]
        raise InputError(f"no Ray cluster answers at {address}: {reason}") from error
    finally:
        # Ray has taken it, to end without a word.
        if before is not None and signal.getsignal(signal.SIGTERM) is not before:
            signal.signal(signal.SIGTERM, before)


def _check_answers(address: str) -> None:
    """Asks whether there is anybody at an address: Ray itself would wait for two minutes, and then end the process."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), ANSWER).close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"no Ray cluster answers at {address}: {reason.lower()}") from error
