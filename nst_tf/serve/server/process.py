"""A server as a process: from its start to the signal that ends it."""

import asyncio
import gc
import logging
import os
import signal
from collections.abc import Callable

from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from nst_tf.serve.server.server import Server, ServerSettings

__all__ = ["serve"]


def serve(find: Callable[[], ModelServerConfig], settings: ServerSettings, started: Callable[[Server], object]) -> None:
    """Serves until SIGTERM or SIGINT, then stops gracefully; a second SIGINT stops at once.

    Args:
        find: What to serve, asked before each look at the folders.
        settings: How to serve it.
        started: Called with the server once it listens.

    Raises:
        InputError: As `Server.start`.
        NstError: Likewise.
    """
    # What was imported stays: looking through it again for garbage would make requests wait.
    gc.collect()
    gc.freeze()
    asyncio.run(_serve(Server(find, settings), started))


async def _serve(server: Server, started: Callable[[Server], object]) -> None:
    await server.start()
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    started(server)
    await stop.wait()
    loop.add_signal_handler(signal.SIGINT, os._exit, 128 + signal.SIGINT)
    logging.info("stopping; requests under way have %g s to finish", server.settings.grace)
    await server.stop()
