import json
import re
from html import unescape
from urllib.parse import unquote

import pytest

from benchmarks.pictures.page import write_page
from benchmarks.pictures.votes import tally

OPENED = 100  # times at most: a page is opened in a fraction of a second


def rows(page):
    return re.findall("<section.*?</section>", page)


def methods(row):
    return [unescape(label) for label in re.findall('data-method="(.*?)"', row)]


def test_every_image_of_the_page_is_a_file_beside_it(comparison, numbers):
    page = write_page(comparison, numbers, blind=False)
    addresses = [unquote(unescape(one)) for one in re.findall('src="(.*?)"', page.read_text())]
    assert len(addresses) == 2 * (2 + 3) + 2 * (1 + 3)
    assert all((comparison.out / address).is_file() for address in addresses)


def test_an_open_row_tells_names_and_numbers(comparison, numbers):
    wave = rows(write_page(comparison, numbers, blind=False).read_text())[1]
    captions = [unescape(caption) for caption in re.findall("<figcaption>(.*?)</figcaption>", wave)]
    assert captions == [
        "photograph",
        "painting",
        "default: style 0.25, patches 0.50, content 0.25, edges 0.50",
        "fast: style 0.30, patches 0.50, content 0.25, edges 0.50",
        "default steps=1: style 0.35, patches 0.50, content 0.25, edges 0.50",
    ]
    assert methods(wave) == []


def test_a_blind_row_tells_nothing_and_its_order_is_its_own_and_always_the_same(comparison, numbers):
    page = write_page(comparison, numbers, blind=True).read_text()
    captions = re.findall("<figcaption>(.*?)</figcaption>", page)
    assert captions == 2 * ["photograph", "painting", "1", "2", "3"]
    orders = list(map(methods, rows(page)))
    assert [sorted(order) for order in orders] == 2 * [["default", "default steps=1", "fast"]]
    assert orders[0] != orders[1]
    assert write_page(comparison, numbers, blind=True).read_text() == page


def test_votes_are_counted_kept_and_can_be_saved(comparison, numbers, browser, tmp_path):
    page = write_page(comparison, numbers, blind=True)
    browser.open(page.as_uri())
    choose = "document.querySelectorAll('section')[{}].querySelectorAll('figure button')[{}].click()"
    status = "document.getElementById('status').textContent"
    assert browser.run(status) == "0 of 2 rows."
    for row, place in ((0, 1), (1, 0), (1, 2), (0, 1), (0, 0)):
        browser.run(choose.format(row, place))
    assert browser.run(status) == "2 of 2 rows."
    # What a page has stored is with the browser when that has time for it, and looked for once, when a page is opened.
    for _ in range(OPENED):
        browser.open(page.as_uri())
        if browser.run(status) == "2 of 2 rows.":
            break
    assert browser.run(status) == "2 of 2 rows."
    # What the link to be saved holds.
    saved = browser.run(
        "new Promise((done) => { HTMLAnchorElement.prototype.click = function () { fetch(this.href)"
        ".then((answer) => answer.text()).then((text) => done([this.download, text])); };"
        "document.getElementById('save').click(); })"
    )
    first, second = map(methods, rows(page.read_text()))
    assert saved[0] == "votes.json"
    assert [vote["method"] for vote in json.loads(saved[1])["votes"]] == [first[0], second[2]]
    (tmp_path / "votes.json").write_text(saved[1])
    assert sum(tally([tmp_path / "votes.json"]).values()) == 2


@pytest.mark.parametrize("blind", [False, True])
def test_the_page_has_no_errors_and_shows_every_picture(comparison, numbers, browser, blind):
    browser.open(write_page(comparison, numbers, blind).as_uri())
    browser.run("for (const image of document.images) image.loading = 'eager'")
    assert browser.wait("[...document.images].every((image) => image.complete && image.naturalWidth === 8)")
    assert [event for event in browser.events if event["method"] in ("Runtime.exceptionThrown", "Log.entryAdded")] == []
