import contextlib
import json

import numpy as np
import pytest
import rdflib

from benchmarks.serving.hostile import mutations
from nst_tf.cli.replay.xmp import NAMESPACE, read_recipe, to_xmp
from nst_tf.errors import InputError
from nst_tf.images import write_image

from ...mutated import COUNT
from .test_recipe import RECIPE

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


@pytest.fixture
def picture(tmp_path):
    """Writes a picture with a packet, and gives its path."""

    def write(packet):
        write_image(tmp_path / "x.jpg", np.zeros((2, 2, 3), np.uint8), xmp=packet)
        return tmp_path / "x.jpg"

    return write


def wrapped(inner, attributes=""):
    return f'<r:RDF xmlns:r="{RDF}" xmlns:n="{NAMESPACE}"><r:Description {attributes}>{inner}</r:Description></r:RDF>'


def test_a_picture_gives_its_recipe_back(picture):
    assert read_recipe(picture(to_xmp(RECIPE))) == RECIPE


def test_it_is_rdf_as_a_library_for_it_reads_it():
    packet = to_xmp(RECIPE).decode()
    begin, end = packet.index("<rdf:RDF"), packet.index("</x:xmpmeta>")
    assert packet.startswith('<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>')
    assert packet.endswith('<?xpacket end="w"?>')
    graph = rdflib.Graph().parse(data=packet[begin:end], format="xml", publicID="urn:picture")
    (subject,) = set(graph.subjects())
    found = {str(name): str(value) for name, value in graph.predicate_objects(subject)}
    assert found.pop(f"{NAMESPACE}recipe") == RECIPE.to_json()
    assert found == {"http://ns.adobe.com/xap/1.0/CreatorTool": "nst-tf 0.1.0"}


def test_another_program_may_have_written_it_anew(picture):
    text = RECIPE.to_json().replace("&", "&amp;").replace("<", "&lt;")
    for packet in (
        wrapped(f"<n:recipe>\n{text}\n</n:recipe>"),
        wrapped("", "n:recipe='" + text.replace("'", "&#39;") + "'"),
        "\ufeff" + wrapped(f"<n:other/></r:Description><r:Description><n:recipe>{text}</n:recipe>"),
    ):
        assert read_recipe(picture(packet.encode())) == RECIPE


DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    ("packet", "message"),
    [
        (b"", "has no recipe: nst-tf did not make it, made it with --no-recipe, or it was lost since"),
        (wrapped("").encode(), "has no recipe"),
        (b"<x>", "the XMP of .* is no XML: no element found"),
        (b"\xff\xfe<\0x\0/\0>\0", "the XMP of .* is no XML: .* can't decode"),
        (DOCTYPE.encode(), "the XMP of .* is no XML: it has a document type"),
        (b"<a>" * 10_000, "the XMP of .* is no XML"),
        (wrapped("<n:recipe/>").encode(), "the recipe of .* cannot be used: it is no JSON"),
        (wrapped("<n:recipe>{}</n:recipe>").encode(), "the recipe of .* cannot be used: its 'version'"),
    ],
    ids=range(8),
)
def test_what_is_no_recipe_is_refused(picture, packet, message):
    with pytest.raises(InputError, match=message):
        read_recipe(picture(packet))


def test_xmp_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("nst_tf.images.formats.xmp.read_xmp", lambda path: b"<x/>" * 2**19)
    with pytest.raises(InputError, match="has XMP of 2097152 bytes; up to 1048576 are read"):
        read_recipe(tmp_path / "x.png")


@pytest.mark.parametrize("name", ["x.png", "x.jpg", "x.webp", "x.tif"])
def test_a_damaged_picture_has_its_recipe_or_is_refused(tmp_path, name):
    write_image(tmp_path / name, np.zeros((9, 9, 3), np.uint8), xmp=to_xmp(RECIPE))
    for data in mutations(COUNT, 3, [(tmp_path / name).read_bytes()]):
        (tmp_path / name).write_bytes(data)
        with contextlib.suppress(InputError):
            assert read_recipe(tmp_path / name).seconds >= 0


def test_a_recipe_of_all_settings_is_small(command, pictures, monkeypatch, fake_recipe):
    monkeypatch.chdir(pictures)
    assert command("stylize", "content.png", "style.jpg", "-o", "x.png", "--quiet").status == 0
    recipe = read_recipe("x.png")
    assert len(to_xmp(recipe)) < 2000
    facts = json.loads(recipe.to_json())
    assert set(facts) == {"version", "verb", "given", "defaults", "nst_tf", "tensorflow", "seconds"}
