"""Recipes as XMP: one property of our own, with a line of JSON."""

import os
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from nst_tf.cli.replay.recipe import Recipe
from nst_tf.errors import InputError

__all__ = ["NAMESPACE", "read_recipe", "to_xmp"]

NAMESPACE = "urn:nst-tf:recipe#"
PROPERTY = f"{{{NAMESPACE}}}recipe"
MOST_BYTES = 2**20  # that are looked at
PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:nst={namespace} xmp:CreatorTool={tool}>
<nst:recipe>{recipe}</nst:recipe></rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def to_xmp(recipe: Recipe) -> bytes:
    """The packet that carries a recipe."""
    tool, text = quoteattr(f"nst-tf {recipe.nst_tf}"), escape(recipe.to_json())
    return PACKET.format(namespace=quoteattr(NAMESPACE), tool=tool, recipe=text).encode()


def read_recipe(path: str | os.PathLike) -> Recipe:
    """The recipe that a picture carries.

    Raises:
        InputError: The file cannot be read, or has no recipe that can be understood.
    """
    from nst_tf.images.formats.xmp import read_xmp

    packet = read_xmp(path)
    if len(packet) > MOST_BYTES:
        raise InputError(f"{path} has XMP of {len(packet)} bytes; up to {MOST_BYTES} are read")
    text = _property(path, packet) if packet else None
    if text is None:
        raise InputError(
            f"{path} has no recipe: nst-tf did not make it, made it with --no-recipe, or it was lost since"
        )
    try:
        return Recipe.from_json(text)
    except InputError as error:
        raise InputError(f"the recipe of {path} cannot be used: {error}") from None


def _property(path: str | os.PathLike, packet: bytes) -> str | None:
    """The text of our property, which other programs may have made an attribute."""
    try:
        text = packet.decode("utf-8").strip("\ufeff\0")
        if "<!DOCTYPE" in text:  # whose entities can blow up; XMP has none
            raise InputError("it has a document type")
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError) as error:
        raise InputError(f"the XMP of {path} is no XML: {error}") from None
    for element in root.iter():
        if PROPERTY in element.attrib:
            return element.attrib[PROPERTY]
        if element.tag == PROPERTY:
            return element.text or ""
    return None
