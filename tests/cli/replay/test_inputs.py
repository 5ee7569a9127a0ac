import hashlib
from pathlib import Path

import pytest

from nst_tf.cli.replay.inputs import find_inputs, hash_of, input_file
from nst_tf.cli.replay.recipe import InputFile
from nst_tf.cli.shell.files import Input, style_network
from nst_tf.errors import InputError


@pytest.fixture(autouse=True)
def _folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        Path(name).mkdir()
        Path(name, "x.jpg").write_bytes(name.encode())


def test_a_file_is_known_by_its_name_and_its_bytes():
    assert input_file(Input("a/../a/x.jpg")) == InputFile("x.jpg", hashlib.sha256(b"a").hexdigest())


def test_a_folder_is_known_by_all_in_it():
    before = hash_of(Path("a"))
    assert before == hashlib.sha256(f"x.jpg\0{hashlib.sha256(b'a').hexdigest()}\n".encode()).hexdigest()
    Path("a/in").mkdir()
    assert hash_of(Path("a")) == before
    Path("a/in/y").touch()
    assert hash_of(Path("a")) != before
    assert input_file(style_network("a:wave")) == InputFile("a", hash_of(Path("a")), ":wave")


def test_the_first_of_its_name_that_is_the_same_is_found():
    wanted = [InputFile("x.jpg", hash_of(Path(name, "x.jpg"))) for name in ("a", "b")]
    found = find_inputs(wanted, [Path("none"), Path("a"), Path("b")])
    assert [found[one] for one in wanted] == [Path("a/x.jpg"), Path("b/x.jpg")]


def test_a_file_in_a_folder_of_a_folder_is_found_after_those_beside_it():
    Path("x.jpg").write_bytes(b"another")
    mask = InputFile("x.jpg", hash_of(Path("b/x.jpg")))
    assert find_inputs([mask], [Path()]) == {mask: Path("b/x.jpg")}
    Path("x.jpg").write_bytes(b"b")
    assert find_inputs([mask], [Path()]) == {mask: Path("x.jpg")}
    Path("x.jpg").unlink()
    Path("b").rename("a/b")
    with pytest.raises(InputError, match="is not there; looked in"):
        find_inputs([mask], [Path()])


def test_all_that_are_lost_or_changed_are_named_with_what_is_expected():
    wanted = [InputFile("x.jpg", "0" * 64), InputFile("y.jpg", "1" * 64), input_file(Input("a/x.jpg"))]
    with pytest.raises(InputError) as caught:
        find_inputs(wanted, [Path("a"), Path("b"), Path("a")])
    now = hash_of(Path("a/x.jpg"))[:12]
    assert str(caught.value) == (
        f"a/x.jpg has changed since: it has the SHA-256 {now}..., and SHA-256 000000000000... is expected; "
        "y.jpg (SHA-256 111111111111...) is not there; looked in a, b: name other folders with --inputs"
    )
