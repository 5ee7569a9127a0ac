import signal
import subprocess
import sys

import pytest

from nst_tf.images import atomic_write
from nst_tf.images.temporary import temporary_entry

# Makes a file and a folder that are not finished, and says so.
OWNER = """
import sys, time
from pathlib import Path
from nst_tf.images.temporary import temporary_entry

with temporary_entry(Path(sys.argv[1]), ".keras") as file, temporary_entry(Path(sys.argv[1]), is_folder=True) as folder:
    file.write_text("half")
    (folder / "file").write_text("half")
    print("begun", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def owner(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", OWNER, tmp_path], stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout.readline() == "begun\n"
        yield process
        process.kill()


def test_what_a_killed_process_left_is_removed_by_the_next_that_writes_there(tmp_path, owner):
    assert len(list(tmp_path.iterdir())) == 2
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    for name in (".nst-0123456789abcdef.tmp", ".tmp-0123456789abcdef", ".nst-mine", ".hidden"):
        (tmp_path / name).mkdir()
    with atomic_write(tmp_path / "a.json"):
        pass
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".hidden", ".nst-mine", "a.json"]


def test_what_a_living_process_works_on_stays(tmp_path, owner):
    before = set(tmp_path.iterdir())
    with atomic_write(tmp_path / "a.json"):
        pass
    assert set(tmp_path.iterdir()) == before | {tmp_path / "a.json"}


def test_a_file_system_without_locks_is_written_to_and_not_swept(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError("no locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    (tmp_path / ".tmp-0123456789abcdef").mkdir()
    with temporary_entry(tmp_path, is_folder=True) as folder:
        folder.rename(tmp_path / "1")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".tmp-0123456789abcdef", "1"]
