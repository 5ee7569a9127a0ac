"""The page of a comparison, as a file and in a browser."""

import base64
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from nst_tf.cli.work.comparison.page import write_page
from nst_tf.images import Picture

HOSTILE = "</script><img src=x onerror=alert(1)> \"'$& ü \udcff.jpg"


def _grey(level, height=20, width=30):
    return Picture(np.full((height, width, 3), level, np.float32))


@pytest.fixture
def page(tmp_path, compared):
    """Writes a page of two paintings by three strengths, of which one picture is missing; gives its plan and path."""

    def write(*styles):
        comparison = compared(styles, "strength=0.3,0.6,1")
        originals = [("photograph", _grey(0.9, 400, 600)), *((name, _grey(0.1)) for name in comparison.paintings)]
        write_page(tmp_path / "page.html", comparison, originals, {n: _grey(n / 10) for n in range(5)}, 95)
        return comparison, tmp_path / "page.html"

    return write


def test_all_pictures_are_in_the_file_and_no_larger_than_needed(page):
    _, path = page("wave.jpg", "sea.jpg")
    text = path.read_text("ascii")
    sources = re.findall(r'<img src="data:image/jpeg;base64,([^"]+)"', text)
    images = [Image.open(io.BytesIO(base64.b64decode(source))) for source in sources]
    assert [image.size for image in images] == [(30, 20)] * 8
    assert [image.getpixel((5, 5))[0] for image in images[3:]] == pytest.approx([0, 26, 51, 76, 102], abs=1)
    assert text.count('<div class="missing">') == 1
    assert not re.search(r"https?:|@import|url\(", text)


def test_hostile_names_add_no_element(page):
    comparison, path = page(HOSTILE, "sea.jpg")
    text = path.read_text("ascii")
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)[1]
    assert json.loads(data)[0] == {"name": comparison.cells[0].name, "command": comparison.cells[0].command}
    assert (text.count("<img"), text.count("<script"), text.count("</script>")) == (9, 2, 2)


def test_a_click_shows_the_command_and_copies_it(page, browser):
    comparison, path = page("wave.jpg", "sea.jpg")
    browser.send("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    browser.open(path.as_uri())
    browser.run("document.querySelectorAll('figure button')[1].click()")
    assert _shown(browser) == [comparison.cells[1].name, comparison.cells[1].command]
    browser.run("document.getElementById('copy').click()")
    browser.wait("document.getElementById('status').textContent === 'Copied.'")
    assert browser.run("navigator.clipboard.readText()") == comparison.cells[1].command


def test_the_keyboard_is_enough(page, browser):
    comparison, path = page("wave.jpg", "sea.jpg")
    browser.open(path.as_uri())
    for key in ("Tab", "Enter"):
        browser.press(key)
    assert _shown(browser) == [comparison.cells[0].name, comparison.cells[0].command]
    browser.press("ArrowRight")
    assert _shown(browser)[1] == comparison.cells[1].command
    for _ in range(2):
        browser.press("ArrowLeft")
    assert _shown(browser)[1] == comparison.cells[4].command  # the last that was made
    browser.run("document.getElementById('detail').close()")
    browser.wait("document.activeElement === document.querySelectorAll('figure button')[4]")
    assert [event for event in browser.events if event["method"] in ("Runtime.exceptionThrown", "Log.entryAdded")] == []


def _shown(browser):
    """What the dialogue tells, once it is open."""
    browser.wait("document.getElementById('detail').open")
    return browser.run("['name', 'command'].map((name) => document.getElementById(name).textContent)")
