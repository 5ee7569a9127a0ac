"""Signals to `nst-tf stylize` in a process of its own, with a slow recipe."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import nst_tf
from nst_tf.cli.shell.stop import Stopped, stoppable
from nst_tf.images import read_image

FAKE = Path(__file__).parents[1] / "fake.py"


def start(step, folder, *arguments):
    command = [sys.executable, FAKE, str(step), "stylize", "content.png", "style.jpg", "-o", "out.png", *arguments]
    path = os.pathsep.join([str(Path(nst_tf.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=folder, env={**os.environ, "PYTHONPATH": path}, **pipes)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_writes_the_picture_so_far(pictures, number, status):
    with start(2, pictures) as process:
        assert "evaluation 1 of 4" in process.stderr.readline()
        assert process.stderr.readline() == "asleep\n"
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == status
    assert err == "nst-tf: stopped; out.png is the picture so far; the same command goes on from out.png.run\n"
    assert out == "wrote out.png (8x6, 1 evaluations, 0.5 s, loss 1, stopped early)\n"
    change = read_image(pictures / "content.png").pixels - read_image(pictures / "out.png").pixels
    assert change.max() * 255 == pytest.approx(1, abs=1e-3)


def test_what_was_killed_goes_on_and_leaves_nothing(pictures):
    with start(3, pictures) as process:
        while process.stderr.readline() != "asleep\n":
            pass
        process.kill()
    assert sorted(path.name for path in pictures.iterdir()) == ["content.png", "out.png.run", "style.jpg"]
    with start(9, pictures) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "wrote out.png (8x6, 4 evaluations, 2.0 s, loss 0.25)\n")
    assert err == ("nst-tf: goes on from out.png.run\n"
                   "nst-tf: content.png: scale 1/1 8x6, evaluation 2 of 4, loss 0.5\n")  # fmt: skip
    assert sorted(path.name for path in pictures.iterdir()) == ["content.png", "out.png", "style.jpg"]


def test_writes_nothing_before_the_first_report(pictures):
    with start(1, pictures) as process:
        assert process.stderr.readline() == "asleep\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err == "nst-tf: stopped; nothing was written\n"
    assert not (pictures / "out.png").exists()


def test_signals_are_as_before_afterwards():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Stopped, match="nothing was written"), stoppable():
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before


def test_an_ignored_signal_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stoppable():
            signal.raise_signal(signal.SIGINT)
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
