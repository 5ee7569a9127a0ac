"""A recipe that only counts, and `nst-tf` with it: `python fake.py STEP ARGUMENTS` runs that, without TensorFlow; it
falls asleep before this evaluation, and says so on standard error. A checkpoint is kept of each evaluation.
"""

import signal
import sys
import time
import types

import numpy as np

from nst_tf.cli.work import checkpoint as checkpoints
from nst_tf.cli.work import pictures
from nst_tf.errors import InputError
from nst_tf.images import Picture
from nst_tf.progress import Progress, Result
from nst_tf.recipes.stylize.settings import PRESETS

STEPS = 4


def steps_that_take(seconds, before=None):
    """A recipe whose picture has the content's pixels and, after each of `STEPS` evaluations, is darker by 1/255.

    It sleeps for some seconds, and says so, before evaluation number `before`.
    """

    def run_stylize(content, styles, settings=PRESETS["default"], time_limit=None, checkpoint=None, **_):
        if min(content.pixels.shape[:2]) < 4:
            raise InputError("the picture is too small")
        for step in range(1 if checkpoint is None else int(checkpoint["step"]), STEPS + 1):
            if step == before:
                print("asleep", file=sys.stderr, flush=True)
                _sleep(seconds)
            yield _progress(content, step, settings)

    return run_stylize


def _sleep(seconds):
    """Sleeps in short pieces: a signal that comes just before one begins is heeded only when it has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.05)


def _progress(content, step, settings):
    height, width = content.pixels.shape[:2]

    def result():
        picture = Picture(np.maximum(content.pixels - step / 255, 0), content.alpha, content.dpi)
        return Result(picture, (), {"style": 1 / step, "content": np.inf}, settings, step == STEPS)

    def checkpoint():
        return {"step": np.array(step)}

    return Progress(1, 1, height, width, step, STEPS, 1 / step, 0.5 * step, None, result, checkpoint)


def use(seconds, change=setattr, change_item=dict.__setitem__, before=None):
    """Puts the recipe where the command line looks for it, and has it import no TensorFlow."""
    found = {"CPU": "an abacus", "precision": {"name": "float32"}}
    module = types.ModuleType("nst_tf.recipes.stylize.stylize")
    module.run_stylize = steps_that_take(seconds, before)
    change_item(sys.modules, module.__name__, module)
    change(pictures, "import_tensorflow", lambda debug, longest: None)
    change(checkpoints, "devices", lambda: found)


if __name__ == "__main__":
    from nst_tf.cli.main import run

    # Where tests run in the background, it is ignored from the start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    use(60, before=int(sys.argv[1]))
    checkpoints.EVERY, checkpoints.SHARE = 0, float("inf")
    sys.exit(run(sys.argv[2:]))
