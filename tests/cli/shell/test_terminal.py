import io
import sys

import pytest

from nst_tf.cli.shell import terminal
from nst_tf.progress import Progress, Round, Stage


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


def test_a_terminal_sees_a_bar_for_each_stage(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with terminal.meter("", quiet=False) as meter:
        meter.show(Stage("looking at images", 3, 12))
        meter.show(Stage("writing images", 1, 2))
    text = sys.stderr.getvalue()
    assert "looking at images  25%" in text
    assert "3/12 [" in text
    assert "writing images  50%" in text
    assert text.split("\r")[-2].strip() == ""


def test_a_terminal_keeps_the_lines_of_rounds_above_the_bar(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    terminal.start_logging()
    with terminal.meter("", quiet=False) as meter:
        for number in (1, 2):
            meter.show(Round("epoch", number, 4, f"loss {1 / number}"))
    text = sys.stderr.getvalue()
    for number in (1, 2):
        # At the beginning of a line that was cleared.
        assert f"\rnst-tf: epoch {number}: loss {1 / number}\n" in text
    assert "epoch  50%" in text
    assert "2/4, loss 0.5" in text


def test_no_round_is_left_out_of_a_file(capsys):
    terminal.start_logging()
    with terminal.meter("", quiet=False) as meter:
        for number in (1, 2):
            meter.show(Round("epoch", number, 4, f"loss {1 / number}"))
    assert capsys.readouterr().err.splitlines() == ["nst-tf: epoch 1: loss 1.0", "nst-tf: epoch 2: loss 0.5"]


@pytest.mark.parametrize("report", [at(1), Stage("looking", 1, 2), Round("epoch", 1, 2, "loss 1")])
def test_quiet_shows_nothing(monkeypatch, report):
    monkeypatch.setattr(sys, "stderr", Terminal())
    terminal.start_logging()
    with terminal.meter("a.jpg", quiet=True) as meter:
        meter.show(report)
    assert sys.stderr.getvalue() == ""
