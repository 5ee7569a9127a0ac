"""The chapters of the tutorial run, with tiny pictures, and have the pictures that they tell of."""

import re

import pytest

from docs.tutorial.run import CHAPTERS, FOLDER, NAMED, read_chapter, run_chapters, shown_pictures

PICTURES = FOLDER / "pictures"
MOST, MOST_TOGETHER = 180_000, 3_000_000  # bytes


def _named(chapter):
    """The names of the pictures of a chapter, in their order."""
    return NAMED.findall((FOLDER / f"{chapter}.md").read_text())


@pytest.fixture(scope="module")
def shown():
    """The pictures of all chapters by their names, in the chapters' order: each is run once the one before was."""
    return (list(shown_pictures(book)) for book in run_chapters(CHAPTERS, "small"))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter[0])
def test_every_picture_of_a_chapter_is_what_the_cell_above_shows(chapter, shown):
    named = _named(chapter)
    assert named
    assert next(shown) == named


def test_a_name_without_a_picture_is_refused():
    with pytest.raises(ValueError, match=re.escape("no cell shows 1-pictures.jpg")):
        shown_pictures(read_chapter(CHAPTERS[0]))


def test_the_pictures_are_there_and_small():
    names = [name for chapter in CHAPTERS for name in _named(chapter)]
    assert sorted(path.name for path in PICTURES.iterdir()) == sorted(names)
    sizes = [path.stat().st_size for path in PICTURES.iterdir()]
    assert max(sizes) < MOST
    assert sum(sizes) < MOST_TOGETHER


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter[0])
def test_the_reader_has_something_to_change(chapter):
    cells = [cell.source for cell in read_chapter(chapter).cells if cell.cell_type == "code"]
    assert any("# change this: " in source for source in cells)


def test_the_contents_have_every_chapter():
    toctree = re.search(r"```\{toctree\}\n(.*?)```", (FOLDER / "index.md").read_text(), re.DOTALL)
    assert toctree[1].split() == CHAPTERS
