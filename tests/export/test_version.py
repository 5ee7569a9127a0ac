import subprocess
import sys

import pytest
import tensorflow as tf

from nst_tf.errors import InputError, NstError
from nst_tf.export import version
from nst_tf.export.version import next_version, write_version


def write(folder):
    (folder / "file").write_text("whole")


def test_versions_are_counted_from_the_largest(tmp_path):
    assert write_version(tmp_path / "model", write) == tmp_path / "model" / "1"
    for name in ("007", "notes", ".tmp-9", "3.old", "٩", str(2**63)):  # the last two are no versions to a server
        (tmp_path / "model" / name).mkdir()
    assert next_version(tmp_path / "model") == 8
    assert (write_version(tmp_path / "model", write) / "file").read_text() == "whole"
    assert (tmp_path / "model" / "8").is_dir()


def test_what_is_in_the_way_is_counted_even_if_it_is_no_folder(tmp_path):
    (tmp_path / "4").write_text("a file")
    assert write_version(tmp_path, write) == tmp_path / "5"


def test_a_version_is_written_without_the_libraries_of_a_server():
    missing = ("aiohttp", "grpc", "grpc_health", "prometheus_client", "tensorflow_serving")
    script = f"import sys; sys.modules.update(dict.fromkeys({missing})); import nst_tf.export.version"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_version_appears_when_it_is_whole(tmp_path):
    def look(folder):
        write(folder)
        assert not any(entry.name.isdecimal() for entry in folder.parent.iterdir())

    write_version(tmp_path, look)
    assert [entry.name for entry in tmp_path.iterdir()] == ["1"]


def test_of_two_exports_that_end_together_the_second_takes_the_next_number(tmp_path, monkeypatch):
    numbers = iter([1, 1, 2])
    monkeypatch.setattr(version, "next_version", lambda _: next(numbers))
    assert [write_version(tmp_path, write).name for _ in range(2)] == ["1", "2"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["1", "2"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError("bad")])
def test_nothing_is_left_of_what_failed(tmp_path, error):
    def fail(folder):
        write(folder)
        raise error

    with pytest.raises(error if isinstance(error, type) else type(error)):
        write_version(tmp_path / "model", fail)
    assert not list(tmp_path.iterdir())


def test_the_system_failing_is_told(tmp_path):
    def fail(folder):
        raise OSError(28, "No space left on device")

    with pytest.raises(NstError, match=r"cannot write to .*model: no space left on device"):
        write_version(tmp_path / "model", fail)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot make the folder"):
        write_version(tmp_path / "file" / "model", write)


def test_a_full_disk_is_told_though_tensorflow_calls_it_a_lack_of_memory(tmp_path):
    def save(folder):
        with tf.io.TFRecordWriter("/dev/full") as file:
            file.write(b"record")

    with pytest.raises(NstError, match=r"cannot write to .*model: no space left on device$"):
        write_version(tmp_path / "model", save)
    assert not list(tmp_path.iterdir())
