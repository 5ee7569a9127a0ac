import json
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from nst_tf.cli.shell.stop import Stopped, stoppable
from nst_tf.cli.work.batch import Batch
from nst_tf.cli.work.jobs import Job
from nst_tf.images import Picture, read_image, write_image

pytestmark = pytest.mark.usefixtures("fake_recipe")


@pytest.fixture
def album(pictures):
    """Folder `album`: one.png, two.bmp (damaged), three.jpg (too small for the recipe), four.webp."""
    folder = pictures / "album"
    folder.mkdir()
    for name, side in {"one.png": 6, "three.jpg": 2, "four.webp": 5}.items():
        write_image(folder / name, Picture(np.full((side, side, 3), 0.5, np.float32)))
    (folder / "two.bmp").write_bytes(b"BM, but not really")
    return folder


def test_failures_do_not_stop_the_others(command, album, pictures):
    status, out, err = command("stylize", album, pictures / "style.jpg", "-o", pictures / "out", "--json", "--quiet")
    made = [json.loads(line)["output"] for line in out.splitlines()]
    assert status == 2
    assert made == [str(pictures / "out" / name) for name in ("four.webp", "one.png")]
    assert sorted(path.name for path in (pictures / "out").iterdir()) == ["four.webp", "one.png"]
    lines = err.splitlines()
    assert len(lines) == 3
    assert lines[0] == f"nst-tf: error: {album / 'three.jpg'}: the picture is too small"
    assert lines[1].startswith(f"nst-tf: error: cannot read {album / 'two.bmp'}: it is damaged")
    assert lines[2] == "nst-tf: 2 of 4 pictures made"


def test_success_has_a_summary(command, album, pictures):
    more = ["--content", album / "one.png", "-o", pictures / "out"]
    status, out, err = command("stylize", pictures / "content.png", pictures / "style.jpg", *more)
    assert status == 0
    assert [line.split(" (")[0] for line in out.splitlines()] == [
        f"wrote {pictures / 'out' / name}" for name in ("content.png", "one.png")
    ]
    assert err.splitlines()[-1] == "nst-tf: 2 of 2 pictures made"
    assert read_image(pictures / "out" / "one.png").pixels.shape == (6, 6, 3)


def test_quiet_success_is_silent(command, album, pictures):
    arguments = ["--content", album / "one.png", "-o", pictures / "out", "--quiet"]
    assert command("stylize", pictures / "content.png", pictures / "style.jpg", *arguments) == (0, "", "")


def test_an_unexpected_error_ends_it(command, album, pictures, monkeypatch):
    monkeypatch.setattr(sys.modules["nst_tf.recipes.stylize.stylize"], "run_stylize", lambda *_, **__: 1 / 0)
    status, out, err = command("stylize", album, pictures / "style.jpg", "-o", pictures / "out")
    assert (status, out) == (1, "")
    assert err.splitlines()[0] == "nst-tf: 0 of 4 pictures made"
    assert "internal error (ZeroDivisionError" in err.splitlines()[-1]


def stopped_after(made, outcome=None):
    """What is told of a batch of four pictures that is stopped when so many were made."""
    jobs = [Job(None, Path(f"{number}.png")) for number in range(4)]

    def make(job):
        if job == jobs[made]:
            if outcome:
                raise Stopped(signal.SIGTERM, outcome)
            signal.raise_signal(signal.SIGTERM)

    with pytest.raises(Stopped) as stop, stoppable():
        Batch(jobs, make).finish()
    assert stop.value.number == signal.SIGTERM
    return str(stop.value)


@pytest.mark.parametrize(
    ("made", "outcome", "told"),
    [
        (0, None, "0 of 4 pictures made; not made: 0.png, 1.png, 2.png and 1 more"),
        (1, None, "1 of 4 pictures made; not made: 1.png, 2.png, 3.png"),
        (2, "x is so far", "x is so far; 2 of 4 pictures made; not made: 2.png, 3.png"),
    ],
)
def test_a_signal_says_what_was_made_and_what_was_not(tmp_path, monkeypatch, made, outcome, told):
    monkeypatch.chdir(tmp_path)
    assert stopped_after(made, outcome) == told


def test_what_became_whole_while_it_was_stopped_counts_as_made(tmp_path):
    jobs = [Job(None, tmp_path / f"{number}.png") for number in range(3)]
    for some, told in ((jobs, "1 of 3 pictures made; not made: "), (jobs[:1], f"{jobs[0].target} was written")):
        with pytest.raises(Stopped) as stop, stoppable():
            Batch(some, lambda _: signal.raise_signal(signal.SIGINT), lambda: jobs[:1]).finish()
        assert str(stop.value).startswith(told)
