"""The command line in this process, with a recipe that takes no time."""

import logging
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from absl import flags
from absl import logging as absl_logging

from nst_tf.cli.main import run
from nst_tf.distributed import pool
from nst_tf.images import Picture, write_image

from . import fake

PHOTO = Path(__file__).parents[1] / "data" / "kitten.jpg"


class Outcome(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _plain_logging():
    level = logging.root.level
    flags.FLAGS.mark_as_parsed()  # or absl warns, once in a process, that they are not
    yield
    logging.root.removeHandler(absl_logging.get_absl_handler())
    logging.root.setLevel(level)


@pytest.fixture
def command(capsys):
    """Runs `nst-tf` with some arguments."""

    def call(*arguments):
        sys.stderr.reconfigure(errors="backslashreplace")  # as in a process; pytest's is strict
        try:
            status = run([str(argument) for argument in arguments])
        except SystemExit as end:
            status = end.code
        return Outcome(status, *capsys.readouterr())

    return call


@pytest.fixture
def fake_recipe(monkeypatch):
    """Replaces style transfer by one of `fake.STEPS` evaluations that takes no time."""
    fake.use(0, monkeypatch.setattr, monkeypatch.setitem)


@pytest.fixture
def pictures(tmp_path):
    """A folder with content.png (6x8), style.jpg and no other file."""
    write_image(tmp_path / "content.png", Picture(np.full((6, 8, 3), 0.5, np.float32)))
    write_image(tmp_path / "style.jpg", Picture(np.full((5, 5, 3), 0.2, np.float32)))
    return tmp_path


@pytest.fixture
def photo():
    """The path of a photograph."""
    return PHOTO


@pytest.fixture
def workers_here(monkeypatch):
    """The workers of a cluster in this process, which are sent what real ones are; the last item is done first."""

    def each_on_ray(opened, items, **_):
        worker = pool._Worker.__new__(pool._Worker)
        worker._make, worker._check_tries = pool._loads(pool._dumps(opened))(), lambda number: None
        for number, item in reversed([*enumerate(items)]):
            yield item, pool._loads(pool._sent(worker._outcome(number, pool._dumps(item))))

    monkeypatch.setattr("nst_tf.distributed.each_on_ray", each_on_ray)
