"""`python -m benchmarks.cluster`: pictures made by several processes, of which some are killed; status 1 if it fails.

Ray: pictures are made by two workers, one of which is killed twice; then one worker is timed against two, of one thread
each. Indexed Jobs: the command of the container is run for each index, one of which is killed and run again.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psutil
import yaml

import nst_tf
from nst_tf.distributed import each_on_ray
from nst_tf.images import resize_image

__all__ = ["main"]

HEIGHT, WIDTH = 48, 64
NETWORK = ["--network", "paintings:wave", "--size", str(WIDTH)]  # the quickest that makes pictures
TOGETHER = 0.1  # seconds within which pictures are told that a worker took together
SPEED_UP = 1.8  # of two workers, at least
JOB = Path(__file__).parents[1] / "serving/kubernetes/batch/stylize.yaml"
COMMAND = [sys.executable, "-m", "nst_tf"]


def make_photos(folder: Path, count: int) -> None:
    """Parts of a photograph, all different."""
    pixels = nst_tf.read_image(nst_tf.sample("neuschwanstein")).pixels
    folder.mkdir()
    random = np.random.default_rng(0)
    for number in range(count):
        side = int(random.integers(100, 400))
        top, left = (int(random.integers(0, length - side)) for length in pixels.shape[:2])
        part = resize_image(pixels[top : top + side, left : left + side], (HEIGHT, WIDTH)).clip(0, 1)
        nst_tf.write_image(folder / f"{number:05}.png", nst_tf.Picture(part))


def _workers(process: psutil.Process) -> list[psutil.Process]:
    """The processes that make pictures, below that of the command."""
    found = []
    for child in process.children(recursive=True):
        try:
            found += [child] if "MapWorker" in " ".join(child.cmdline()) else []
        except psutil.Error:  # it has ended meanwhile
            continue
    return found


def _results(out: Path) -> dict[str, tuple[int, int]]:
    """The pictures that are there, and what changes of a file when it is written anew."""
    return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in out.glob("[0-9]*.png")}


def _whole(path: Path) -> bool:
    try:
        return nst_tf.read_image(path).pixels.shape == (HEIGHT, WIDTH, 3)
    except nst_tf.NstError:
        return False


def measure_kills(folder: Path, count: int) -> dict[str, Any]:
    """Makes `count` pictures on two workers, of which one is killed after a third and after two thirds of them."""
    photos, out = folder / "photos", folder / "ray"
    arguments = ["stylize", str(photos), "-o", str(out), *NETWORK, "--on", "ray", "--workers", "2", "--quiet"]
    began, process = time.monotonic(), psutil.Popen([*COMMAND, *arguments])
    seen, killed = [], 0
    for share in (1, 2):
        while process.poll() is None and len(_results(out)) < count * share // 3:
            time.sleep(0.2)
        for worker in _workers(process)[:1]:
            seen.append(_results(out))
            worker.send_signal(signal.SIGKILL)
            killed += 1
    status, results = process.wait(), _results(out)
    lines = [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]
    made = Counter(line["output"] for line in lines if line["error"] is None)
    names = {path.name for path in photos.iterdir()}
    again = sum(one != results[name] for was in seen for name, one in was.items())
    return {
        "pictures": count,
        "killed": killed,
        "status": status,
        "seconds": round(time.monotonic() - began, 1),
        "lost": len(names - results.keys() | names - made.keys()),
        "twice": sum(made.values()) - len(made) + again,
        "half": sum(not _whole(out / name) for name in results) + len([*out.glob(".nst-*")]),
    }


def _painter() -> Callable[[Path], tuple[int, float]]:
    """What a worker does that is timed: `--fast`, which takes most of a second."""
    paint = nst_tf.FastPainter(nst_tf.sample("auvers"), nst_tf.FastSettings(size=WIDTH))

    def make(path: Path) -> tuple[int, float]:
        nst_tf.write_image(path.with_suffix(".timed.png"), paint(nst_tf.read_image(path)))
        return os.getpid(), time.process_time()

    return make


def _rate(paths: Sequence[Path], workers: int) -> dict[str, float]:
    """Pictures a second while all workers are at it, each with one thread; and processor-seconds of a picture."""
    import ray

    ray.init(address="local", num_cpus=workers, include_dashboard=False, log_to_driver=False, object_store_memory=2**27)
    try:
        done = [(time.monotonic(), *made) for _, made in each_on_ray(_painter, paths, workers=workers, together=4)]
    finally:
        ray.shutdown()
    each = [[(when, used) for when, one, used in done if one == pid] for pid in {pid for _, pid, _ in done}]
    first, last = max(one[0][0] for one in each), min(one[-1][0] for one in each)
    # What a worker took together is told together: none of the first belongs to the time that is measured.
    rate = sum(first + TOGETHER < when <= last for when, _, _ in done) / (last - first)
    used = sum(one[-1][1] - one[0][1] for one in each) / sum(len(one) - 1 for one in each)
    return {"workers": len(each), "pictures_a_second": rate, "processor_seconds": used}


def measure_speed(folder: Path, count: int, rounds: int) -> dict[str, Any]:
    """Times one worker and two, in turns."""
    paths = sorted((folder / "photos").glob("*.png"))[:count]
    turns = [[_rate(paths[: count * workers // 2], workers) for workers in (1, 2)] for _ in range(rounds)]
    ratios = [two["pictures_a_second"] / one["pictures_a_second"] for one, two in turns]
    # What it would be on a machine of which others take nothing.
    undisturbed = [2 * one["processor_seconds"] / two["processor_seconds"] for one, two in turns]
    medians = {"speed_up": median(ratios), "undisturbed": median(undisturbed)}
    return {"turns": turns, "speed_ups": ratios, **medians}


def _indexed(photos: Path, out: Path, total: int) -> Iterator[tuple[list[str], dict[str, str]]]:
    """The command of the container for each index, on folders here; and its environment."""
    [container] = yaml.safe_load(JOB.read_text("utf-8"))["spec"]["template"]["spec"]["containers"]
    shell, option, script = container["command"]
    script = script.replace("nst-tf", " ".join(COMMAND), 1)
    for name, value in {"/data/photos": photos, "/data/out": out}.items():
        script = script.replace(name, str(value))
    script = script.replace("/data/painting.jpg --fast", " ".join(NETWORK)) + " --no-recipe --quiet"
    for index in range(total):
        yield [shell, option, script], {**os.environ, "JOB_COMPLETION_INDEX": str(index), "PARTS": str(total)}


def measure_indexed(folder: Path, count: int, total: int = 3) -> dict[str, Any]:
    """Makes `count` pictures by so many indices, the second of which is killed and run again; and once by one."""
    photos, out, whole = folder / "some", folder / "indexed", folder / "whole"
    photos.mkdir()
    for path in sorted((folder / "photos").glob("0*.png"))[:count]:
        shutil.copy(path, photos)
    for number, (command, environment) in enumerate(_indexed(photos, out, total)):
        process = subprocess.Popen(command, env=environment)
        if number == 1:
            before = len(_results(out))
            while process.poll() is None and len(_results(out)) < before + 2:
                time.sleep(0.01)
            process.kill()
            process.wait()
            process = subprocess.Popen(command, env=environment)
        process.wait()
    subprocess.run([*COMMAND, "stylize", photos, "-o", whole, *NETWORK, "--no-recipe", "--quiet"], check=True)
    made = {path.name: path.read_bytes() for path in out.glob("[0-9]*.png")}
    expected = {path.name: path.read_bytes() for path in whole.glob("*.png")}
    return {"pictures": count, "indices": total, "same_files": made == expected and not [*out.glob(".nst-*")]}


def _missed(measured: dict[str, Any]) -> list[str]:
    kills = measured["kills"]
    missed = [name for name in ("status", "lost", "twice", "half") if kills[name]] + ["killed"] * (kills["killed"] != 2)
    missed += ["speed_up"] if measured["speed"]["speed_up"] < SPEED_UP else []
    return missed + ([] if measured["indexed"]["same_files"] else ["same_files"])


def main(argv: Sequence[str] | None = None) -> int:
    """Measures and prints a line of JSON; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=__doc__)
    parser.add_argument("--pictures", type=int, default=2000, help="to be made while workers are killed")
    parser.add_argument("--timed", type=int, default=60, help="pictures of each turn of two workers")
    parser.add_argument("--rounds", type=int, default=3, help="turns of one worker and two")
    arguments = parser.parse_args(argv)
    with TemporaryDirectory() as name:
        folder = Path(name)
        make_photos(folder / "photos", arguments.pictures)
        measured = {
            "kills": measure_kills(folder, arguments.pictures),
            "speed": measure_speed(folder, arguments.timed, arguments.rounds),
            "indexed": measure_indexed(folder, min(arguments.pictures, 30)),
        }
    print(json.dumps(measured))
    for name in (missed := _missed(measured)):
        print(f"missed: {name}", file=sys.stderr)
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
