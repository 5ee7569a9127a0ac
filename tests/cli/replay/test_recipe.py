import json
import math

import pytest

from nst_tf.cli.replay.recipe import InputFile, Recipe
from nst_tf.errors import InputError

FILE = {"file": "photo.jpg", "sha256": "0" * 64}
RECIPE = Recipe(
    "stylize",
    {
        "content": InputFile("photo.jpg", "0" * 64),
        "styles": [InputFile("a\udce9\n'ü.png", "f" * 64)],
        "--network": InputFile("run", "a" * 64, ":wave"),
        "--size": "64",
        "--tileable": True,
    },
    {"--seed": "0"},
    "0.1.0",
    "2.21.0",
    1.25,
    40,
)


def test_json_gives_it_back():
    text = RECIPE.to_json()
    assert text.isascii()
    assert "\n" not in text
    assert Recipe.from_json(text) == RECIPE


def edited(**changes):
    facts = {**json.loads(RECIPE.to_json()), **changes}
    return json.dumps({name: value for name, value in facts.items() if value is not ...})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        ("[1]", "its 'version' is not a version"),
        (edited(version=...), "its 'version' is not a version"),
        (edited(version=True), "its 'version' is not a version"),
        (edited(version=2, nst_tf="9.1", given=7), "it was written by a later version, nst_tf 9.1; upgrade to use it"),
        (edited(verb=...), "its 'verb' is not the name of a verb"),
        (edited(given=[]), "its 'given' is not an object of options"),
        (edited(defaults={"--size": 64}), "its '--size' is neither text nor a file with its SHA-256"),
        (edited(given={"--size": False}), "its '--size' is neither"),
        (edited(given={"content": True}), "its 'content' is neither"),
        (edited(given={"styles": [["x"]]}), "its 'styles' is neither"),
        (edited(given={"content": {"file": "x.png"}}), "its 'content' is neither"),
        (edited(given={"content": {**FILE, "path": "/x"}}), "its 'content' is neither"),
        (edited(given={"content": {**FILE, "file": 3}}), "its input 3 has something else than text"),
        (edited(given={"content": {**FILE, "sha256": "0"}}), "its input 'photo.jpg' has no SHA-256 of 64 digits"),
        (edited(seconds=math.nan), "its 'seconds' is not a number of seconds"),
        (edited(stopped=-1), "its 'stopped' is not a number of evaluations"),
    ],
    ids=range(18),
)
def test_what_was_edited_to_something_else_is_refused(text, message):
    with pytest.raises(InputError) as caught:
        Recipe.from_json(text)
    assert message in str(caught.value)


@pytest.mark.parametrize("name", ["", ".", "..", "/etc/passwd", "../x.png", "a/b", "a\\b", "C:\\x", "a\0"])
def test_a_file_has_a_plain_name(name):
    with pytest.raises(InputError, match="is no plain name of a file"):
        Recipe.from_json(edited(given={"content": {**FILE, "file": name}}))
