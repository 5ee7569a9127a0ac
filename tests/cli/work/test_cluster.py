"""Work on a cluster: what is told and written, by workers in this process, and by real ones, of which one is killed."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from nst_tf.cli.work import ray_batch
from nst_tf.distributed import pool
from nst_tf.images import Picture, read_image, write_image

ON_RAY = ["--on", "ray", "--workers", "2"]


@pytest.fixture
def album(tmp_path):
    """Folder `album` of four pictures, one of which is damaged."""
    folder = tmp_path / "album"
    folder.mkdir()
    for number in range(3):
        write_image(folder / f"{number}.png", Picture(np.full((32, 40, 3), 0.2 + 0.2 * number, np.float32)))
    (folder / "bad.png").write_bytes(b"no picture")
    return folder


@pytest.fixture
def here(monkeypatch, tmp_path, workers_here, fake_recipe):
    """Workers in this process, and a recipe that takes no time."""
    monkeypatch.chdir(tmp_path)


def manifest(folder):
    return [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]


def stylize(command, album, out, *more):
    style = Path("style.png")
    write_image(style, Picture(np.full((8, 8, 3), 0.4, np.float32)))
    return command("stylize", album, style, "-o", out, *ON_RAY, *more)


def test_a_failed_picture_is_told_in_a_table_and_the_others_are_written(command, here, album, tmp_path):
    out = tmp_path / "out"
    status, told, err = stylize(command, album, out)
    assert status == 1
    assert [line.split(" (")[0] for line in told.splitlines()] == [f"wrote {out / f'{n}.png'}" for n in (2, 1, 0)]
    assert sorted(path.name for path in out.iterdir()) == ["0.png", "1.png", "2.png", "manifest.jsonl"]
    lines = err.splitlines()
    at = lines.index("nst-tf: error: not made:")
    assert lines[at + 1].split() == ["picture", "why"]
    name, why = lines[at + 2].split("  ")
    assert name == str(album / "bad.png")
    assert why.startswith(f"cannot read {album / 'bad.png'}: it is no image")
    assert lines[at + 3 :] == ["nst-tf: 3 of 4 pictures made"]
    assert {line["output"]: line["error"] is None for line in manifest(out)} == {
        "0.png": True, "1.png": True, "2.png": True, "bad.png": False
    }  # fmt: skip


def test_pictures_are_those_of_one_machine_and_finished_ones_are_skipped(command, here, album, tmp_path):
    (album / "bad.png").unlink()
    assert stylize(command, album, tmp_path / "out", "--no-recipe", "--json")[0] == 0
    one = ["stylize", album, tmp_path / "style.png", "-o", tmp_path / "one", "--no-recipe", "--quiet"]
    assert command(*one).status == 0
    for number in range(3):
        name = f"{number}.png"
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "one" / name).read_bytes()
    _, _, err = stylize(command, album, tmp_path / "out")
    assert "nst-tf: 3 of 3 pictures are finished; --overwrite makes them again" in err.splitlines()
    assert len(manifest(tmp_path / "out")) == 3


def test_json_is_all_that_is_printed(command, here, album, tmp_path):
    _, out, err = stylize(command, album, tmp_path / "out", "--json")
    assert [Path(json.loads(line)["output"]).name for line in out.splitlines()] == ["2.png", "1.png", "0.png"]
    assert err.splitlines()[0] == "nst-tf: error: not made:"


def test_what_a_worker_made_and_did_not_live_to_tell_is_not_made_again(tmp_path):
    target, made = tmp_path / "out.png", []
    job = ray_batch.Job(tmp_path / "in.png", target)
    worker = ray_batch._Worker((), os.getcwd(), lambda: made.append)
    task = ray_batch._Task(job, ray_batch._stamp_of(target, ()))
    target.write_bytes(b"made")
    assert worker(task).made is None
    assert made == []
    assert worker(task._replace(before=ray_batch._stamp_of(target, ()))) == ray_batch._Done(None)
    assert made == [job]


def test_folders_elsewhere_are_read_and_written(command, here, album, tmp_path):
    out = tmp_path / "elsewhere" / "out"
    status, told, err = stylize(command, f"file://{album}", f"file://{out}")
    assert status == 1
    assert [line.split(" (")[0] for line in told.splitlines()] == [f"wrote file://{out}/{n}.png" for n in (2, 1, 0)]
    assert sorted(path.name for path in out.iterdir()) == ["0.png", "1.png", "2.png", "manifest.jsonl"]
    assert f"cannot read file://{album}/bad.png: it is no image" in err
    assert "nst-tf-" not in err + told
    assert {line["input"] for line in manifest(out)} == {f"file://{one}" for one in album.iterdir()}
    (album / "bad.png").unlink()
    before = {path: path.stat().st_mtime_ns for path in out.glob("*.png")}
    assert stylize(command, f"file://{album}", f"file://{out}")[0] == 0
    assert {path: path.stat().st_mtime_ns for path in out.glob("*.png")} == before


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--workers", "2"], "--workers has a meaning only with --on ray"),
        (["--address", "auto"], "--address has a meaning only with --on ray"),
        (["--on", "ray"], "--on ray needs --workers NUMBER"),
        (["--on", "ray", "--workers", "0"], "argument --workers: '0' is not 1 or more"),
        ([*ON_RAY, "--save-every", "5"], "--save-every has no meaning with --on ray"),
        ([*ON_RAY, "--address", "127.0.0.1:1", "--fast"], "no Ray cluster answers at 127.0.0.1:1: connection refused"),
    ],
    ids=["workers", "address", "how-many", "none", "save-every", "nobody"],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning:ray.data.context")
def test_bad_options_are_told(command, album, tmp_path, options, told):
    write_image(tmp_path / "style.png", Picture(np.full((8, 8, 3), 0.4, np.float32)))
    status, out, err = command("stylize", album, tmp_path / "style.png", "-o", tmp_path / "out", *options)
    assert (status, out) == (2, "")
    assert told in err.splitlines()[-1]


def test_addresses_need_a_cluster_and_pictures(command, tmp_path):
    status, _, err = command("evaluate", "a.png", "b.png", "s3://bucket/out")
    assert (status, err) == (
        2, "nst-tf: error: s3://bucket/out is no folder of this machine; --on ray reads and writes such\n"
    )  # fmt: skip
    status, _, err = command("evaluate", "a.png", "b.png", f"file://{tmp_path}/none", *ON_RAY)
    assert status == 2
    assert err.startswith(f"nst-tf: error: the folder file://{tmp_path}/none has no image")


def test_without_ray_the_extra_is_named(command, album, monkeypatch):
    monkeypatch.setattr(pool.importlib.util, "find_spec", lambda name: None)
    status, _, err = command("stylize", album, "style.png", "-o", "out", *ON_RAY)
    assert (status, err.splitlines()[-1].endswith("pip install 'nst_tf[ray]'")) == (1, True)


def workers_of(process):
    """The processes that make pictures, below that of a command."""
    found = [child for child in process.children(recursive=True) if child.is_running()]
    return [child for child in found if "MapWorker" in child.name() or "MapWorker" in " ".join(child.cmdline())]


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A folder of which two real workers made pictures, `photos` to `out`, and one was killed at the second picture."""
    folder = tmp_path_factory.mktemp("killed")
    (folder / "photos").mkdir()
    for number in range(24):
        picture = Picture(np.full((32, 40, 3), number / 24, np.float32))
        write_image(folder / "photos" / f"{number:02}.png", picture)
    command = ["stylize", "photos", "-o", "out", "--network", "paintings:wave", "--size", "40", "--no-recipe", *ON_RAY]
    with open(folder / "err", "w") as err, open(folder / "out.txt", "w") as out:
        process = psutil.Popen([sys.executable, "-m", "nst_tf", *command], cwd=folder, stdout=out, stderr=err)
        while process.poll() is None and len([*folder.glob("out/[0-9]*.png")]) < 2:
            time.sleep(0.02)
        ray, workers = process.children(recursive=True), workers_of(process)
        before = {path: path.stat().st_mtime_ns for path in folder.glob("out/[0-9]*.png")}
        workers[0].send_signal(signal.SIGKILL)
        status = process.wait()
    _, alive = psutil.wait_procs(ray, timeout=30)
    return folder, status, before, alive


def test_nothing_is_lost_or_made_twice_or_half_when_a_worker_is_killed(killed):
    folder, status, before, _ = killed
    names = [f"{number:02}.png" for number in range(24)]
    assert status == 0, (folder / "err").read_text()
    assert sorted(path.name for path in (folder / "out").iterdir()) == [*names, "manifest.jsonl"]
    assert sorted(line["output"] for line in manifest(folder / "out")) == names
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert all(read_image(folder / "out" / name).pixels.shape == (32, 40, 3) for name in names)


def test_a_cluster_of_this_machine_says_nothing_of_its_own_and_leaves_no_process(killed):
    folder, _, _, alive = killed
    assert alive == []
    lines = [*(folder / "err").read_text().splitlines(), *(folder / "out.txt").read_text().splitlines()]
    assert [line for line in lines if not line.startswith(("nst-tf: ", "wrote out/"))] == []
