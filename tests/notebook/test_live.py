"""What a notebook shows of progress, with a clock and a notebook of our own."""

import sys
import types

import numpy as np
import pytest

from nst_tf.images import Picture
from nst_tf.notebook.live import Live
from nst_tf.progress import Progress, Result, last_result


class Notebook:
    """Remembers what was displayed, and what took its place."""

    def __init__(self):
        self.seen = []

    def display(self, cell, display_id):
        assert display_id is True
        self.seen.append(cell)
        return types.SimpleNamespace(update=self.seen.append)

    @property
    def html(self):
        return [cell._repr_html_() for cell in self.seen]


def _progress(step, told=lambda: None):
    def result():
        told()
        return Result(Picture(np.zeros((2, 3, 3), np.float32)), (), {}, None, step == 4)

    return Progress(1, 1, 2, 3, step, 4, 0.5, 1.0, None, result)


@pytest.fixture
def notebook(monkeypatch):
    """A kernel, as IPython makes one."""
    notebook = Notebook()
    shell = types.SimpleNamespace(kernel=object())
    package = types.ModuleType("IPython")
    package.get_ipython = lambda: shell
    display = types.ModuleType("IPython.display")
    display.display = notebook.display
    monkeypatch.setitem(sys.modules, "IPython", package)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    notebook.shell = shell
    return notebook


def test_a_bar_and_the_picture_so_far_are_in_one_place_and_leave_a_line():
    notebook, times = Notebook(), iter(range(0, 1000, 10))
    live = Live(notebook.display, lambda: next(times))
    for step in (1, 4):
        live(_progress(step))
    live.end()
    assert '<progress value="1" max="4"></progress> scale 1/1 3x2, evaluation 1 of 4, loss 0.5' in notebook.html[0]
    assert all('<img src="data:image/png;base64,' in seen for seen in notebook.html[:2])
    assert notebook.html[2:] == ["<div>scale 1/1 3x2, evaluation 4 of 4, loss 0.5</div>"]
    assert repr(notebook.seen[2]) == "scale 1/1 3x2, evaluation 4 of 4, loss 0.5"


def test_pictures_take_a_tenth_of_the_time_at_most():
    clock, made = [0.0], []

    def slow():
        made.append(clock[0])
        clock[0] += 2

    live = Live(Notebook().display, lambda: clock[0])
    for step in range(100):
        live(_progress(step, slow))
        clock[0] += 1
    assert 2 * len(made) <= clock[0] / 10 + 2
    assert len(made) > 3


def test_without_a_callback_a_notebook_shows_how_far_it_is(notebook):
    assert last_result(map(_progress, (1, 4)), None).finished
    assert notebook.html[-1] == "<div>scale 1/1 3x2, evaluation 4 of 4, loss 0.5</div>"


def test_a_callback_is_told_instead(notebook):
    steps = []
    last_result(map(_progress, (1, 4)), lambda progress: steps.append(progress.step))
    assert (steps, notebook.seen) == ([1, 4], [])


def test_a_terminal_shows_nothing(notebook):
    notebook.shell.kernel = None
    last_result(map(_progress, (1, 4)), None)
    assert notebook.seen == []


def test_what_fails_leaves_how_far_it_came(notebook):
    def failing():
        yield _progress(1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        last_result(failing(), None)
    assert notebook.html[-1] == "<div>scale 1/1 3x2, evaluation 1 of 4, loss 0.5</div>"
