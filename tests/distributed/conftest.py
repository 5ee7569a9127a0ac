"""A cluster of this machine."""

import contextlib
import os
import time

import psutil
import pytest


@pytest.fixture(scope="module")
def cluster():
    """A Ray cluster of two processors, which leaves no process behind."""
    from nst_tf.distributed import pool

    before = {process.pid for process in psutil.process_iter()}
    with pool._cluster("local", 2, debug=False):
        yield
    end = time.monotonic() + 30
    while (left := list(_names(before))) and time.monotonic() < end:
        time.sleep(0.1)
    assert left == []


def _names(before):
    """Of the processes of Ray that this one has begun, and that have not ended."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid not in before and process.uids().real == os.getuid() and _is_ours(process):
                yield process.name()


def _is_ours(process):
    return os.getpid() in [parent.pid for parent in process.parents()] and process.status() != psutil.STATUS_ZOMBIE
