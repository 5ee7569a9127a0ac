"""Waiting that has an end, and that can be cancelled."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

__all__ = ["within"]

Value = TypeVar("Value")


async def within(seconds: float, awaited: Awaitable[Value]) -> Value:
    """What something gives, if it comes in time.

    In Python before 3.12 `asyncio.wait_for` takes no notice of being cancelled where what it waits for is ready by
    then, so that a request whose client has just gone is answered to its end.

    Raises:
        asyncio.TimeoutError: It does not come within so many seconds; it is cancelled.
    """
    running = asyncio.ensure_future(awaited)
    try:
        await asyncio.wait([running], timeout=max(0.0, seconds))
        if not running.done():
            raise asyncio.TimeoutError
        return running.result()
    finally:
        running.cancel()
