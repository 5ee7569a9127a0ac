"""The pipeline of `nst-tf stylize` in one pass, with a painter that does nothing."""

import os
import signal
import threading
from pathlib import Path

import numpy as np
import pytest

from nst_tf.cli.main import make_parser
from nst_tf.cli.shell.stop import Stopped, stoppable
from nst_tf.cli.work import painting
from nst_tf.cli.work.batch import Batch, in_turn
from nst_tf.cli.work.jobs import Job, Plan
from nst_tf.images import Picture, read_image, write_image

ARGUMENTS = make_parser().parse_args(["stylize", "0.png", "style.png", "-o", "out", "--fast", "--no-recipe"])


def test_a_picture_that_is_being_written_when_it_is_stopped_becomes_whole_and_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    jobs = [Job(Path(f"{number}.png"), Path(f"out-{number}.png")) for number in range(3)]
    for job in jobs:
        write_image(job.content, Picture(np.full((4, 5, 3), 0.5, np.float32)))
    writing, stopping, ended, painted = threading.Event(), threading.Event(), threading.Event(), []

    def paint(picture):
        painted.append(picture)
        assert len(painted) < 3 or ended.wait(60)
        return picture

    def write(arguments, path, picture, xmp):
        if path == jobs[1].target:
            writing.set()
            assert stopping.wait(60)
        write_image(path, picture)

    class Stopping(painting.Pipeline):
        def end(self):
            stopping.set()
            made = super().end()
            ended.set()
            return made

    monkeypatch.setattr(painting, "write_picture", write)
    threading.Thread(target=lambda: writing.wait(60) and os.kill(os.getpid(), signal.SIGINT)).start()
    with Stopping(jobs, paint, ARGUMENTS, {}, 64) as pipeline, pytest.raises(Stopped) as stopped, stoppable():
        Batch(Plan(jobs), in_turn(pipeline), end=pipeline.end).finish()
    assert str(stopped.value) == "2 of 3 pictures made; not made: 2.png"
    told = [line.split(" (")[0] for line in capsys.readouterr().out.splitlines()]
    assert told == ["wrote out-0.png", "wrote out-1.png"]
    assert read_image("out-1.png").pixels.shape == (4, 5, 3)
    assert not Path("out-2.png").exists()
