"""The page by keyboard, with a reader, on a phone, in the dark."""

import pytest

from .steps import DONE, choose, click, sent


def _tab_to(page, found):
    """Presses Tab until the focus is where an expression of the focused element is true."""
    for _ in range(30):
        page.press("Tab")
        if page.run(f"((one) => {found})(document.activeElement)"):
            return
    raise AssertionError(f"no focus where {found}")


def test_keyboard_is_enough(page, server):
    page.wait("document.querySelectorAll('.samples button').length === 3")
    _tab_to(page, "one.textContent === 'Neuschwanstein'")
    page.press("Enter")
    _tab_to(page, "one.textContent === 'Wave'")
    page.press("Enter")
    page.wait("pictures.photo && pictures.style")
    _tab_to(page, "one.name === 'model'")
    page.press("ArrowRight")
    assert page.run("chosen()") == "stylize"
    page.press("ArrowLeft")
    _tab_to(page, "one.id === 'strength'")
    page.press("ArrowLeft")
    assert page.run("document.getElementById('strength').getAttribute('aria-valuetext')") == "95 %"
    _tab_to(page, "one.id === 'paint'")
    page.press("Enter")
    page.wait(DONE)
    assert sent(server)[1]["strength"] == 0.95
    _tab_to(page, "one.id === 'compare'")
    for _ in range(20):
        page.press("ArrowRight")
    assert page.run("[compare.getAttribute('aria-valuetext'), picture.style.getPropertyValue('--split')]") == [
        "20 % photo", "calc(18px + (100% - 36px) * 0.2)"]  # fmt: skip
    _tab_to(page, "one.id === 'look'")
    page.press(" ")
    page.wait("projections.children.length")


def test_focus_is_always_seen(page):
    """Each stop of the Tab key has an outline, its own or of the box that stands for it."""
    ids = []
    while page.press("Tab") or page.run("document.activeElement !== document.body"):
        ids.append(page.run("document.activeElement.id || document.activeElement.textContent"))
        assert page.run("""((one) => [one, one.closest('.zone, .choice')].filter(Boolean)
            .some((box) => getComputedStyle(box).outlineStyle === 'solid'))(document.activeElement)"""), ids[-1]
    assert {"photo-file", "style-file", "strength", "size", "paint", "layer", "look"} < set(ids)


def test_everything_that_can_be_focused_has_a_name(page):
    choose(page)
    click(page, "paint")
    page.wait(DONE)
    nodes = page.send("Accessibility.getFullAXTree")["nodes"]
    nodes = [node for node in nodes if not node.get("ignored")]
    focusable = [node for node in nodes if any(one["name"] == "focusable" for one in node.get("properties", ()))]
    named = {
        node["role"]["value"]: node["name"]["value"] for node in focusable if node["role"]["value"] != "RootWebArea"
    }
    assert all(named.values()), named
    assert {"button", "radio", "slider", "combobox", "link"} <= named.keys()
    images = [node["name"]["value"] for node in nodes if node["role"]["value"] == "image"]
    assert len(images) >= 4
    assert all(images)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_page_fits_the_window_and_can_be_read(page, server, width, dark):
    page.open(server.address, width, dark=dark)
    page.wait("!!chosen()")
    choose(page)
    click(page, "paint")
    page.wait(DONE)
    click(page, "look")
    page.wait("projections.children.length")
    assert page.run("document.documentElement.scrollWidth") == width
    cut = page.run("""[...document.querySelectorAll('button, select, input, a, p, label, img, canvas')]
        .filter((one) => {
        const box = one.getBoundingClientRect();
        return box.width && (box.left < 0 || box.right > innerWidth);
    }).map((one) => one.outerHTML)""")
    assert cut == []
    assert min(_contrasts(page)) >= 4.5


def _contrasts(page):
    """Of each text that is seen, with the colour behind it (WCAG 2)."""
    return page.run("""(() => {
      const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
      const light = (color) => numbers(color).slice(0, 3).map((v) => v / 255)
        .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
      const behind = (one) => {
        const color = getComputedStyle(one).backgroundColor;
        return one.parentElement && numbers(color)[3] === 0 ? behind(one.parentElement) : color;
      };
      const texts = [...document.querySelectorAll('h1, h2, p, legend, label, b, span, button, a, select, output')]
        .filter((one) => one.checkVisibility() && [...one.childNodes].some((node) => node.data?.trim()))
        .filter((one) => !one.closest('.zone'));
      return texts.map((one) => [getComputedStyle(one).color, behind(one)].map(light).sort((a, b) => b - a))
        .map(([a, b]) => (a + 0.05) / (b + 0.05));
    })()""")
