import asyncio
import os
import signal

from nst_tf.serve.server import process


def test_the_first_signal_stops_and_the_second_ends_the_process_at_once(monkeypatch):
    statuses = []
    monkeypatch.setattr(os, "_exit", statuses.append)

    async def signalled():
        stop = process._stop_by_signals()
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(stop.wait(), 60)
        assert not statuses
        for number in (signal.SIGTERM, signal.SIGINT):
            os.kill(os.getpid(), number)
            while len(statuses) == 0 or statuses[-1] != 128 + number:
                await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(signalled(), 60))
    assert statuses == [143, 130]
