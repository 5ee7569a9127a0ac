import io
import sys

import pytest

from nst_tf.cli.shell import terminal
from nst_tf.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def at(step, remaining=None):
    return Progress(2, 3, 48, 64, step, 40, 0.123456, 1.5, remaining, result=lambda: None)


def test_a_terminal_sees_a_bar_that_vanishes(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with terminal.meter("a.jpg", quiet=False) as meter:
        meter.show(at(10, remaining=75))
    text = sys.stderr.getvalue()
    assert "a.jpg starting" in text
    assert "a.jpg scale 2/3 64x48  25%" in text
    assert "10/40, loss 0.123, 1 min 15 s left" in text
    assert text.split("\r")[-2].strip() == ""


def test_a_file_gets_a_line_every_few_seconds(monkeypatch, capsys):
    now = 100.0
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now)
    terminal.start_logging()
    with terminal.meter("a.jpg", quiet=False) as meter:
        for step in range(1, 9):
            meter.show(at(step, remaining=7.6))
            now += 1
    lines = [f"nst-tf: a.jpg: scale 2/3 64x48, evaluation {step} of 40, loss 0.123, 8 s left" for step in (1, 4, 7)]
    assert capsys.readouterr().err.splitlines() == lines


def test_quiet_makes_no_bar(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with terminal.meter("a.jpg", quiet=True):
        pass
    assert sys.stderr.getvalue() == ""


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (59.6, "1 min 0 s"), (3600, "60 min 0 s")])
def test_time_left(seconds, text):
    assert terminal._duration(seconds) == text
