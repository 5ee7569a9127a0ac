from dataclasses import replace

import pytest

from nst_tf.cli.shell.stop import Stopped
from nst_tf.evidence.row import Finding, Row


@pytest.fixture
def calls(monkeypatch):
    """Three rows in place of all, of which the second fails the first time; which of them were made."""
    calls = []

    def row(name):
        def make(studio):
            calls.append(name)
            if name == "b" and calls.count("b") == 1:
                raise ValueError("unlucky")
            return Finding("4", {"it is a number": True})

        return Row(name, f"Claim {name}.", "Paper", "3", make, "nst-tf info", "Nothing.")

    monkeypatch.setattr("nst_tf.evidence.rows.ROWS", tuple(map(row, "abc")))
    return calls


def test_a_row_that_fails_loses_no_other_and_is_tried_again(command, calls, tmp_path):
    first = command("evidence", "-o", tmp_path)
    assert first.status == 1
    assert "error: b: internal error (ValueError: unlucky)" in first.err
    assert "1 of 3 rows failed: b" in first.err
    assert first.out == f"wrote {tmp_path / 'index.md'} (2 holds, 1 not made)\n"
    second = command("evidence", "-o", tmp_path)
    assert (second.status, second.out) == (0, f"wrote {tmp_path / 'index.md'} (3 holds)\n")
    assert calls == ["a", "b", "c", "b"]


def test_what_is_done_when_it_is_stopped_is_kept(command, calls, tmp_path, monkeypatch):
    from nst_tf.evidence import rows

    def stopped(studio):
        raise Stopped(15)

    first, *others = rows.ROWS
    monkeypatch.setattr(rows, "ROWS", (first, *(replace(row, make=stopped) for row in others)))
    outcome = command("evidence", "-o", tmp_path)
    assert outcome.status == 128 + 15
    assert "stopped; 1 of 3 rows are done; the same command goes on" in outcome.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "index.md"]


def test_only_some_rows(command, calls, tmp_path):
    assert command("evidence", "-o", tmp_path, "--only", "c,a").status == 0
    assert calls == ["a", "c"]


def test_rows_of_another_size_are_made_again(command, calls, tmp_path):
    command("evidence", "-o", tmp_path, "--only", "a", "--size", "small")
    command("evidence", "-o", tmp_path, "--only", "a")
    assert calls == ["a", "a"]


def test_an_unknown_row_is_refused_before_anything_is_made(command, calls, tmp_path):
    outcome = command("evidence", "-o", tmp_path / "out", "--only", "a,d")
    assert outcome.status == 2
    assert "unknown row 'd'; there is: a, b, c" in outcome.err
    assert not calls
    assert not (tmp_path / "out").exists()


def test_an_output_that_is_a_file_is_refused(command, calls, tmp_path):
    (tmp_path / "out").write_text("")
    outcome = command("evidence", "-o", tmp_path / "out")
    assert outcome.status == 2
    assert not calls
