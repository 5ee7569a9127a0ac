"""What is kept of a picture that is not finished, with a recipe that only counts."""

import sys

import numpy as np
import pytest

from nst_tf.cli.shell.stop import Stopped
from nst_tf.cli.work import checkpoint as checkpoints
from nst_tf.cli.work.checkpoint import EVERY, SHARE, CheckpointFolder
from nst_tf.errors import InputError
from nst_tf.images import read_image
from nst_tf.recipes.stylize.settings import PRESETS

from .. import fake

pytestmark = pytest.mark.usefixtures("fake_recipe")

COMMAND = {"verb": "stylize", "size": 64}


@pytest.fixture
def progress(pictures):
    """The reports of a picture."""
    return list(fake.steps_that_take(0)(read_image(pictures / "content.png"), [], PRESETS["default"]))


@pytest.fixture
def kept(tmp_path):
    return CheckpointFolder(tmp_path / "out.png", COMMAND)


@pytest.fixture
def stylize(command, pictures, monkeypatch):
    """Runs the verb on the pictures, in their folder; stopped before the report of a step, if one is given."""
    monkeypatch.chdir(pictures)

    def run(*arguments, stop=None):
        recipe = fake.steps_that_take(0)

        def stopped(*inputs):
            for progress in recipe(*inputs):
                if progress.step == stop:
                    raise Stopped(2)
                yield progress

        with monkeypatch.context() as change:
            change.setattr(sys.modules["nst_tf.recipes.stylize.stylize"], "run_stylize", stopped)
            return command("stylize", "content.png", "style.jpg", "-o", "out.png", "--quiet", "--no-recipe", *arguments)

    return run


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_was_saved_last_is_loaded(kept, progress, tmp_path):
    assert kept.load() is None
    for one in progress[:3]:
        assert kept.save(one)
    assert {name: array.tolist() for name, array in kept.load().items()} == {"step": 3}
    assert names(tmp_path / "out.png.run") == ["checkpoint.npz"]
    kept.remove()
    assert not (tmp_path / "out.png.run").exists()


def test_checkpoints_are_seconds_apart_and_take_a_small_share_of_the_time(tmp_path, progress, monkeypatch):
    now, saved, cost = [0.0], [], 10.0

    def savez(file, **arrays):
        saved.append(now[0])
        now[0] += cost

    monkeypatch.setattr(checkpoints.np, "savez", savez)
    kept = CheckpointFolder(tmp_path / "out.png", COMMAND, lambda: now[0])
    while now[0] < 500:
        kept.keep(progress[0])
        now[0] += 1
    assert saved == [EVERY, EVERY + cost + cost / SHARE, EVERY + 2 * (cost + cost / SHARE)]


def test_a_disk_that_takes_no_checkpoint_stops_no_picture(kept, progress, monkeypatch, caplog):
    def savez(file, **arrays):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints.np, "savez", savez)
    monkeypatch.setattr(checkpoints, "EVERY", 0)
    assert not kept.save(progress[0])
    kept.keep(progress[0])
    assert [record.message for record in caplog.records if "no space" in record.message] == [
        f"no checkpoint is kept: cannot write {kept.folder / 'checkpoint.npz'}: no space left on device"
    ]
    assert kept.load() is None


@pytest.mark.parametrize(
    ("change", "told"),
    [({"size": 32}, "its size was 64, not 32"), ({"verb": "dream"}, 'its verb was "stylize", not "dream"'),
     ({"seed": 1}, "its seed was not given, not 1"),
     ({"content": {"file": "x.png", "sha256": "0"}}, "its content was another file")],
    ids=["size", "verb", "seed", "content"],
)  # fmt: skip
def test_one_of_another_command_is_told_and_kept(kept, progress, tmp_path, change, told):
    kept.save(progress[0])
    before = (kept.folder / "checkpoint.npz").read_bytes()
    with pytest.raises(InputError) as failure:
        CheckpointFolder(tmp_path / "out.png", COMMAND | change).load()
    assert str(failure.value) == (
        f"{kept.folder} is of another command: {told}; go on with that one, remove {kept.folder}, "
        "or name another file with -o"
    )
    assert (kept.folder / "checkpoint.npz").read_bytes() == before


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "other"])
def test_a_damaged_one_is_told_and_kept(kept, progress, damage):
    kept.save(progress[0])
    file = kept.folder / "checkpoint.npz"
    whole = file.read_bytes()
    place = whole.index(np.int64(1).tobytes(), whole.index(b"step"))
    damaged = {
        "cut": whole[:-40],
        "changed": whole[:place] + b"\x02" + whole[place + 1 :],
        "empty": b"",
        "other": b"rubbish",
    }[damage]
    file.write_bytes(damaged)
    with pytest.raises(InputError, match=r"cannot go on from .*out\.png\.run: it is damaged .*; remove"):
        kept.load()
    assert file.read_bytes() == damaged


def test_one_without_facts_is_damaged(kept, tmp_path):
    kept.folder.mkdir()
    np.savez(kept.folder / "checkpoint.npz", step=1)
    with pytest.raises(InputError, match="it is damaged"):
        kept.load()


@pytest.mark.parametrize("edit", [lambda arrays: arrays.popitem(), lambda arrays: arrays.update(more=np.zeros(3))])
def test_one_that_was_edited_is_damaged(kept, progress, edit):
    kept.save(progress[1])
    file = kept.folder / "checkpoint.npz"
    arrays = dict(np.load(file))
    edit(arrays)
    np.savez(file, **arrays)
    with pytest.raises(InputError, match=r"it is damaged .its arrays are not those that were saved.; remove"):
        kept.load()


def test_what_is_no_checkpoint_is_in_the_way(kept):
    kept.folder.mkdir()
    (kept.folder / ".nst-0123456789abcdef.npz").write_bytes(b"")  # of one who was killed while writing the first
    assert kept.load() is None
    (kept.folder / "diary.txt").write_text("Dear diary")
    with pytest.raises(InputError, match="is in the way: it is no checkpoint; remove"):
        kept.load()
    assert names(kept.folder) == [".nst-0123456789abcdef.npz", "diary.txt"]


def test_one_of_another_machine_goes_on_and_is_told(kept, progress, monkeypatch, caplog):
    kept.save(progress[1])
    monkeypatch.setattr(checkpoints, "devices", lambda: {"CPU": "a slide rule", "precision": {"name": "float32"}})
    assert kept.load()["step"] == 2
    assert 'was made on another machine: its CPU was "an abacus", not "a slide rule"' in caplog.text


def test_stopped_at_any_report_the_same_command_makes_the_same_file(stylize, pictures):
    stylize()
    whole = (pictures / "out.png").read_bytes()
    before = names(pictures)
    for stop in (2, 3, 4):
        status, _, err = stylize(stop=stop)
        assert status == 130
        assert err == "nst-tf: stopped; out.png is the picture so far; the same command goes on from out.png.run\n"
        assert (pictures / "out.png").read_bytes() != whole
        assert stylize().status == 0
        assert (pictures / "out.png").read_bytes() == whole
        assert names(pictures) == before


def test_another_command_exits_with_2_and_changes_nothing(stylize, pictures):
    stylize(stop=3)
    before = (pictures / "out.png").read_bytes()
    status, out, err = stylize("--size", "32")
    assert (status, out) == (2, "")
    assert 'out.png.run is of another command: its --size was "512", not "32"; go on with that one, remove' in err
    assert (pictures / "out.png").read_bytes() == before
    assert stylize("--json").status == 0  # how it is told is no other command


def test_of_a_folder_the_half_made_picture_goes_on(command, pictures, monkeypatch):
    monkeypatch.chdir(pictures)
    made = []
    recipe = fake.steps_that_take(0)

    def run(content, styles, settings, time_limit, checkpoint):
        made.append(checkpoint and int(checkpoint["step"]))
        for progress in recipe(content, styles, settings, time_limit, checkpoint):
            if len(made) == 2 and progress.step == 3:
                raise Stopped(15)
            yield progress

    monkeypatch.setattr(sys.modules["nst_tf.recipes.stylize.stylize"], "run_stylize", run)
    arguments = ("stylize", "content.png", "style.jpg", "--content", "style.jpg", "-o", "out/", "--quiet")
    assert command(*arguments).status == 143
    assert names(pictures / "out") == ["content.png", "manifest.jsonl", "style.jpg", "style.jpg.run"]
    assert command(*arguments).status == 0
    assert made == [None, None, 2]  # the first was finished, the second goes on
    assert names(pictures / "out") == ["content.png", "manifest.jsonl", "style.jpg"]


def test_a_half_made_picture_is_not_taken_for_its_finished_predecessor(command, pictures, monkeypatch):
    monkeypatch.chdir(pictures)
    arguments = ("stylize", "content.png", "style.jpg", "-o", "out/", "--quiet")
    assert command(*arguments).status == 0
    (progress, *_) = fake.steps_that_take(0)(read_image("content.png"), [], PRESETS["default"])
    folder = CheckpointFolder(pictures / "out/content.png", COMMAND)
    folder.save(progress)
    assert command(*arguments).status == 2  # it is of another command
    folder.remove()
    assert command(*arguments).status == 0
