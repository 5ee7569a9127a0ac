import json
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from nst_tf.cli.shell.stop import Stopped, stoppable
from nst_tf.cli.work.batch import Batch, in_turn
from nst_tf.cli.work.jobs import Job, Plan
from nst_tf.images import Picture, read_image, write_image

from .. import fake

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
    assert sorted(path.name for path in (pictures / "out").iterdir()) == ["four.webp", "manifest.jsonl", "one.png"]
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
        Batch(Plan(jobs), in_turn(make)).finish()
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
            Batch(Plan(some), in_turn(lambda _: signal.raise_signal(signal.SIGINT)), end=lambda: jobs[:1]).finish()
        assert str(stop.value).startswith(told)


def manifest(folder):
    return [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]


def test_a_manifest_tells_what_became_of_each_picture(command, album, pictures):
    command("stylize", album, pictures / "style.jpg", "-o", pictures / "out")
    lines = manifest(pictures / "out")
    assert [set(line) for line in lines] == [{"input", "output", "seconds", "error"}] * 4
    assert [(line["input"], line["output"]) for line in lines] == [
        (str(album / name), result)
        for name, result in (("four.webp",) * 2, ("one.png",) * 2, ("three.jpg",) * 2, ("two.bmp", "two.png"))
    ]
    four, one, three, two = (line["error"] for line in lines)
    assert (four, one, three, "it is damaged" in two) == (None, None, "the picture is too small", True)


def test_finished_pictures_are_skipped_unless_they_are_to_be_made_again(command, album, pictures):
    asked = ["stylize", album, pictures / "style.jpg", "-o", pictures / "out", "--json", "--quiet"]
    command(*asked)
    (album / "two.bmp").unlink()
    (pictures / "out" / "one.png").unlink()
    again = command(*asked)
    assert [json.loads(line)["output"] for line in again.out.splitlines()] == [str(pictures / "out" / "one.png")]
    assert again.status == 2
    assert command(*asked, "--overwrite").out.count("\n") == 2
    (album / "three.jpg").unlink()
    assert command(*asked) == (0, "", "")
    assert "2 of 2 pictures are finished; --overwrite makes them again" in command(*asked[:-1]).err


def test_a_picture_that_was_stopped_is_made_again(command, album, pictures, monkeypatch):
    asked = ["stylize", album, pictures / "style.jpg", "-o", pictures / "out", "--quiet"]
    with monkeypatch.context() as change:
        change.setattr(fake, "_progress", stopping(fake._progress, 2))
        assert command(*asked).status == 130
    assert (pictures / "out" / "four.webp").exists()
    assert [line["error"] for line in manifest(pictures / "out")] == ["stopped"]
    command(*asked)
    assert [line["output"] for line in manifest(pictures / "out") if not line["error"]] == ["four.webp", "one.png"]


def stopping(progress, last):
    """The progress of a recipe that is stopped after an evaluation."""

    def told(content, step, settings):
        if step > last:
            signal.raise_signal(signal.SIGINT)
        return progress(content, step, settings)

    return told


def test_parts_of_a_folder_have_manifests_of_their_own_and_know_each_other(command, album, pictures):
    asked = ["stylize", album, pictures / "style.jpg", "-o", pictures / "out", "--json", "--quiet"]
    made = [command(*asked, "--shard", f"{number}/2").out.count("\n") for number in (1, 2)]
    assert made == [2, 0]
    with (pictures / "out" / "manifest-1-of-2.jsonl").open("a") as file:
        file.write('{"input": "cut of')
    assert command(*asked).out == ""
