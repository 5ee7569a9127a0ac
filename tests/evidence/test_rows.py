"""What the rows find at a small size, and that the page in `docs/evidence` is of these rows."""

import pytest

from nst_tf.evidence.making import Making
from nst_tf.evidence.page import page
from nst_tf.evidence.row import Studio
from nst_tf.evidence.rows import ROWS

from ..pages import DOCS

PAGE = DOCS / "evidence"
CHEAP = ("parameters", "sizes", "rules", "correspondence")


@pytest.mark.parametrize("name", CHEAP)
def test_a_cheap_row_holds_at_a_small_size_too(name, tmp_path):
    (row,) = (row for row in ROWS if row.name == name)
    finding = row.make(Studio(tmp_path, "small"))
    assert finding.verdict == "holds", finding


def test_no_two_rows_have_one_name():
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_the_page_in_the_documentation_is_what_its_records_give():
    records = Making(ROWS, PAGE).records
    assert set(records) == {row.name for row in ROWS}
    assert (PAGE / "index.md").read_text() == page(ROWS, records, "full")


def test_pictures_of_the_page_are_there_and_small():
    pictures = [PAGE / record["picture"] for record in Making(ROWS, PAGE).records.values() if record["picture"]]
    assert sorted(PAGE.glob("*.jpg")) == sorted(pictures)
    assert max(path.stat().st_size for path in pictures) < 100_000
    assert sum(path.stat().st_size for path in pictures) < 2_000_000
