"""Waiting has an end, and whoever is cancelled notices it even when what it waits for is ready."""

import asyncio

import pytest

from nst_tf.serve.within import within


async def _given(value, seconds=0.0):
    await asyncio.sleep(seconds)
    return value


def test_gives_what_comes_in_time():
    assert asyncio.run(within(60, _given(3))) == 3


def test_a_failure_is_that_of_what_is_awaited():
    async def fails():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        asyncio.run(within(60, fails()))


@pytest.mark.parametrize("seconds", [0.01, 0.0, -1.0])
def test_what_comes_too_late_is_cancelled(seconds):
    async def late():
        waited = asyncio.ensure_future(_given(3, 60))
        with pytest.raises(asyncio.TimeoutError):
            await within(seconds, waited)
        await asyncio.sleep(0)
        return waited.cancelled()

    assert asyncio.run(late())


def test_being_cancelled_counts_also_when_the_value_is_there_by_then():
    async def cancelled():
        value = asyncio.get_running_loop().create_future()
        waiting = asyncio.ensure_future(within(60, value))
        await asyncio.sleep(0)
        value.set_result(3)
        waiting.cancel()
        await asyncio.wait([waiting])
        return waiting.cancelled()

    assert asyncio.run(cancelled())
