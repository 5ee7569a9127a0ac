"""What the pages of the documentation promise: every verb and every public name is there, and what they show works."""

import importlib
import re
import shlex

import pytest

import nst_tf
from nst_tf.cli.main import VERBS, make_parser

from ..pages import DOCS, README, blocks

PAGES = [README, *sorted(DOCS.rglob("*.md"))]
# Those whose Python needs nothing but the package; each is run as a whole, on samples.
RUN = ("keras.md", "faq.md")


def names_of(pages):
    return [page.name if page.parent == DOCS or page == README else f"{page.parent.name}/{page.name}" for page in pages]


def commands(page):
    """The command lines of a page that begin with `nst-tf`, as lists of words."""
    for code in blocks(page, "bash|console"):
        for line in code.replace("\\\n", " ").splitlines():
            for command in line.split(" && "):
                if command.startswith("nst-tf "):
                    yield shlex.split(command, comments=True)[1:]


WITH_COMMANDS = [page for page in PAGES if any(commands(page))]


@pytest.mark.parametrize("verb", [module.__name__.rpartition(".")[2].replace("_", "-") for module in VERBS])
def test_every_verb_has_a_page_with_a_command_and_its_options(verb):
    page = DOCS / "howto" / f"{verb}.md"
    assert f"```{{options}} {verb}\n" in page.read_text()
    assert any(command[0] == verb for command in commands(page))
    assert f"\n{verb}\n" in (DOCS / "howto" / "index.md").read_text()


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=names_of(WITH_COMMANDS))
def test_the_commands_of_a_page_are_what_the_command_line_takes(page):
    for words in commands(page):
        arguments = make_parser().parse_args(words)
        assert arguments.verb == words[0]
        if {"resolve", "no_recipe"} <= vars(arguments).keys():  # what makes one picture
            arguments.resolve(arguments)  # refuses presets and values that there are not


def referred():
    """The names that the pages of the reference give docstrings of, each with its module."""
    for page in (DOCS / "reference").glob("*.md"):
        for module, names in re.findall(r"^```\{api\} (\S+)\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE):
            for name in names.split() or importlib.import_module(module).__all__:
                yield nst_tf._HOME[name] if module == "nst_tf" else module, name


def test_every_public_name_is_in_the_reference():
    assert set(nst_tf._HOME) - {name for _, name in referred()} == set()


def test_no_name_is_in_the_reference_twice():
    listed = list(referred())
    assert sorted(listed) == sorted(set(listed))


@pytest.mark.parametrize("room", re.findall(r"^\| `(nst_tf\.\w+)` \|", README.read_text(), re.MULTILINE))
def test_every_room_of_the_readme_is_in_the_reference(room):
    assert [module for module, _ in referred() if f"{module}.".startswith(f"{room}.")]


def test_every_layer_has_an_example_for_keras_users():
    import nst_tf.layers

    text = (DOCS / "keras.md").read_text()
    assert [name for name in nst_tf.layers.__all__ if f"nst_tf.layers.{name}" not in text] == []


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # of Keras, when it saves
@pytest.mark.parametrize("page", RUN)
def test_the_python_of_a_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    for code in blocks(DOCS / page, "python"):
        exec(compile(code, page, "exec"), names)
    assert names["nst_tf"] is nst_tf
