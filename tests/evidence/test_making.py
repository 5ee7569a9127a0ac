import json

import numpy as np
import pytest

from nst_tf.evidence.making import Making
from nst_tf.evidence.row import Finding, Row
from nst_tf.images import read_image


def row(name, make):
    return Row(name, f"Claim of {name}.", "Paper, figure 1", "three", make, "nst-tf info", "Nothing.")


def finding(studio):
    return Finding("four", {"it is three": False, "it is a number": True}, np.full((8, 6, 3), 0.5, np.float32))


@pytest.fixture
def rows():
    return [row("first", finding), row("second", lambda studio: Finding("two", {"it is": True}))]


def test_a_row_is_kept_with_its_picture_and_is_on_the_page(rows, tmp_path):
    Making(rows, tmp_path).make(rows[0])
    record = json.loads((tmp_path / "first.json").read_text())
    seconds = record.pop("seconds")
    assert record == {"size": "full", "ours": "four", "checks": {"it is three": False, "it is a number": True},
                      "verdict": "in part", "picture": "first.jpg"}  # fmt: skip
    assert seconds >= 0
    assert read_image(tmp_path / "first.jpg").pixels.shape == (8, 6, 3)
    page = (tmp_path / "index.md").read_text()
    assert (
        "| [Claim of first.](#first) | three (Paper, figure 1) | four. **Not** reproduced: it is three | **in part** |"
        in page
    )
    assert "| [Claim of second.](#second) | three (Paper, figure 1) |  | **not made** |" in page
    assert "- it is three: no\n- it is a number: yes\n" in page
    assert "Verdicts on 2 claims: 1 in part, 1 not made." in page


def test_what_is_kept_counts_in_another_process(rows, tmp_path):
    Making(rows, tmp_path).make(rows[0])
    assert list(Making(rows, tmp_path).records) == ["first"]


def test_a_row_of_another_size_does_not_count(rows, tmp_path):
    Making(rows, tmp_path, "small").make(rows[0])
    assert list(Making(rows, tmp_path).records) == []


def test_a_damaged_record_does_not_count(rows, tmp_path):
    Making(rows, tmp_path).make(rows[0])
    (tmp_path / "first.json").write_text('{"size": "fu')
    assert Making(rows, tmp_path).records == {}


def test_a_row_that_fails_leaves_no_record(tmp_path):
    def fails(studio):
        raise ValueError("no")

    failing = row("first", fails)
    with pytest.raises(ValueError):
        Making([failing], tmp_path).make(failing)
    assert [path.name for path in tmp_path.iterdir()] == []


def test_a_small_page_says_that_it_shows_nothing(rows, tmp_path):
    Making(rows, tmp_path, "small").write_page()
    assert "small size" in (tmp_path / "index.md").read_text()
