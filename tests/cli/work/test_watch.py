"""A recipe that runs; signals from outside are in test_stop.py."""

import signal
from argparse import Namespace

import numpy as np
import pytest

from nst_tf.cli.shell.stop import Stopped
from nst_tf.cli.work.watch import watch
from nst_tf.images import Picture

from .. import fake

GREY = Picture(np.full((6, 8, 3), 0.5, np.float32))


def steps():
    return fake.steps_that_take(0)(GREY, [], preset="default", time_limit=None)


@pytest.mark.parametrize(("every", "saved"), [(None, []), (1, [1, 2, 3, 4]), (3, [3])])
def test_saves_after_every_so_many_evaluations(every, saved):
    levels = []
    arguments = Namespace(quiet=True, save_every=every)
    last, stop = watch("x", steps, arguments, lambda result: levels.append(0.5 - result.image[0, 0, 0]))
    assert (last.step, stop) == (fake.STEPS, None)
    np.testing.assert_allclose(levels, np.array(saved) / 255, atol=1e-6)


@pytest.mark.parametrize("after", [0, 2])
def test_a_signal_gives_what_there_is(after):
    def stopped():
        for progress in steps():
            if progress.step > after:
                raise Stopped(signal.SIGINT)
            yield progress

    last, stop = watch("x", stopped, Namespace(quiet=True, save_every=None), None)
    assert stop.number == signal.SIGINT
    assert (last and last.step) == (after or None)
