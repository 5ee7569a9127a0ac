import json

import pytest

import nst_tf
from benchmarks.pictures.__main__ import main
from benchmarks.pictures.votes import tally, tally_table


@pytest.fixture
def files(tmp_path):
    """Of two people, who voted on three rows and on one."""
    chosen = {"one.json": ["fast", "default", "fast"], "two.json": ["fast"]}
    for name, methods in chosen.items():
        votes = [{"content": str(row), "style": "wave.jpg", "method": method} for row, method in enumerate(methods)]
        saved = {"size": 256, "methods": ["default", "fast", "gatys"], "votes": votes}
        (tmp_path / name).write_text(json.dumps(saved))
    return [tmp_path / name for name in chosen]


def test_votes_are_added_up_and_who_has_none_is_told_too(files):
    assert tally(files) == {"fast": 3, "default": 1, "gatys": 0}
    assert tally_table(tally(files)).splitlines() == [
        "4 votes",
        "fast         3   75%",
        "default      1   25%",
        "gatys        0    0%",
    ]


def test_the_command_counts_votes_and_makes_nothing(files, capsys):
    main(["--votes", *map(str, files)])
    assert capsys.readouterr().out.startswith("4 votes\n")
    main(["--votes", str(files[1]), "--json"])
    assert json.loads(capsys.readouterr().out) == {"fast": 1, "default": 0, "gatys": 0}


@pytest.mark.parametrize("text", ["", "[]", '{"methods": ["fast"]}', '{"methods": [], "votes": [1]}'])
def test_other_files_are_refused(tmp_path, text):
    (tmp_path / "other.json").write_text(text)
    with pytest.raises(nst_tf.InputError, match=r"other\.json is no file of votes"):
        tally([tmp_path / "other.json"])


def test_a_missing_file_and_missing_arguments_are_told(tmp_path, capsys):
    for arguments, message in ((["--votes", str(tmp_path / "no")], "no such file"), ([], "CONTENTS, STYLES and --out")):
        with pytest.raises(SystemExit) as end:
            main(arguments)
        assert end.value.code == 2
        assert message in capsys.readouterr().err
