"""A recipe that only counts, and `nst-tf` with it: `python fake.py SECONDS ARGUMENTS` runs that, without TensorFlow."""

import sys
import time
import types

import numpy as np

from nst_tf.cli.work import pictures
from nst_tf.errors import InputError
from nst_tf.images import Picture
from nst_tf.progress import Progress, Result
from nst_tf.recipes.stylize.settings import PRESETS

STEPS = 4


def steps_that_take(seconds):
    """A recipe whose picture has the content's pixels and, after each of `STEPS` evaluations, is darker by 1/255."""

    def stylize_steps(content, style, *, preset, time_limit, **changes):
        settings = PRESETS.choose(preset, **changes)
        if min(content.pixels.shape[:2]) < 4:
            raise InputError("the picture is too small")
        for step in range(1, STEPS + 1):
            time.sleep(seconds)
            yield _progress(content, step, settings)

    return stylize_steps


def _progress(content, step, settings):
    height, width = content.pixels.shape[:2]

    def result():
        picture = Picture(np.maximum(content.pixels - step / 255, 0), content.alpha, content.dpi)
        return Result(picture, (), {"style": 1 / step, "content": np.inf}, settings, step == STEPS)

    return Progress(1, 1, height, width, step, STEPS, 1 / step, 0.5 * step, None, result)


def use(seconds, change=setattr, change_item=dict.__setitem__):
    """Puts the recipe where the command line looks for it, and has it import no TensorFlow."""
    module = types.ModuleType("nst_tf.recipes.stylize.recipe")
    module.stylize_steps = steps_that_take(seconds)
    change_item(sys.modules, module.__name__, module)
    change(pictures, "import_tensorflow", lambda debug: None)


if __name__ == "__main__":
    from nst_tf.cli import run

    use(float(sys.argv[1]))
    sys.exit(run(sys.argv[2:]))
