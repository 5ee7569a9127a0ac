"""A server as a process: from its start to the signal that ends it."""

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable

from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from nst_tf.serve.server.server import Server, ServerSettings

__all__ = ["serve"]

LOADING = 5.0  # seconds for a model that is being loaded to end, once all is to stop
TURN = 1e-4  # seconds that a thread computes in Python while others wait
SIGNALS = signal.SIGTERM, signal.SIGINT


def serve(
    find: Callable[[], ModelServerConfig],
    settings: ServerSettings,
    listening: Callable[[Server], object],
    ready: Callable[[Server], object],
) -> None:
    """Serves until SIGTERM or SIGINT, then stops gracefully; a second signal ends the process at once.

    Args:
        find: What to serve, asked before each look at the folders.
        settings: How to serve it.
        listening: Called with the server once it listens, before it loads anything.
        ready: Called with the server once it has loaded all.

    Raises:
        InputError: As `Server.listen`.
        NstError: As `Server.load`.
    """
    # What was imported stays: looking through it again for garbage would make requests wait.
    gc.collect()
    gc.freeze()
    # The loop gives up its turn with each word to the system; beside a request that is parsed it would wait for
    # Python's usual 5 ms every time, and in a flood of connections for seconds.
    sys.setswitchinterval(TURN)
    asyncio.run(_serve(Server(find, settings), listening, ready))


async def _serve(server: Server, listening: Callable[[Server], object], ready: Callable[[Server], object]) -> None:
    stop = _stop_by_signals()
    await server.listen()
    listening(server)
    loading, stopping = asyncio.ensure_future(server.load()), asyncio.ensure_future(stop.wait())
    await asyncio.wait((loading, stopping), return_when=asyncio.FIRST_COMPLETED)
    if not loading.done():
        await _stop_loading(server, loading)
        return
    await loading
    ready(server)
    await stopping
    logging.info("stopping; requests under way have %g s to finish", server.settings.grace)
    await server.stop()


async def _stop_loading(server: Server, loading: "asyncio.Future[None]") -> None:
    """Stops after the model that is loaded now; if that takes on, at once, for nobody has been answered yet."""
    logging.info("stopping while models are loaded")
    server.models.stop_loading()
    await asyncio.wait([loading], timeout=LOADING)
    if not loading.done():
        logging.info("a model still loads after %g s; ending all the same", LOADING)
        os._exit(0)  # TensorFlow cannot be stopped while it compiles
    await loading
    await server.stop()


def _stop_by_signals() -> asyncio.Event:
    """What the first signal sets; the next one ends the process."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def heed() -> None:
        stop.set()
        for number in SIGNALS:
            loop.add_signal_handler(number, os._exit, 128 + number)

    for number in SIGNALS:
        loop.add_signal_handler(number, heed)
    return stop
