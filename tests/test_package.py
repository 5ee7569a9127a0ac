import ast
import functools
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import nst_tf
from nst_tf.cli.main import VERBS


def test_every_public_name_can_be_loaded():
    for name in nst_tf.__all__:
        assert getattr(nst_tf, name) is not None


def test_what_is_listed_is_what_is_public():
    nst_tf.stylize  # noqa: B018  the modules that it loads are not listed
    assert dir(nst_tf) == sorted(nst_tf.__all__)


def test_functions_have_the_names_of_the_verbs():
    # Which make no one picture of their own and measure none.
    others = {
        "compare",
        "evidence",
        "evolution",
        "export",
        "serve",
        "call",
        "bench",
        "info",
        "recipe",
        "regions",
        "replay",
    }
    verbs = {module.__name__.rpartition(".")[2] for module in VERBS}
    assert verbs - set(nst_tf.__all__) == others


PACKAGE = Path(nst_tf.__file__).parent


@functools.cache
def _public_names():
    """All names that a module of the package makes public."""
    nodes = [node for path in PACKAGE.rglob("*.py") for node in ast.parse(path.read_text()).body]
    assigned = [node for node in nodes if isinstance(node, ast.Assign)]
    lists = [node.value for node in assigned if getattr(node.targets[0], "id", None) == "__all__"]
    return {one.value for names in lists for one in ast.walk(names) if isinstance(one, ast.Constant)}


def _documents(thing):
    """The docstrings of a function, or of a class and what is public in it."""
    inner = vars(thing).items() if inspect.isclass(thing) else ()
    return [thing.__doc__ or "", *(getattr(one, "__doc__", None) or "" for name, one in inner if name[0] != "_")]


@pytest.mark.parametrize("name", [name for name in nst_tf.__all__ if name != "__version__"])
def test_what_a_docstring_mentions_is_public_too(name):
    thing = getattr(nst_tf, name)
    if not callable(thing) or thing in (nst_tf.NstError, nst_tf.InputError):
        return
    own = {*inspect.signature(thing).parameters, *dir(thing)}
    # Words without capitals or underscores may be anything.
    mentioned = {word for text in _documents(thing) for word in re.findall(r"`(\w*[A-Z_]\w*)(?:\(.*?\))?`", text)}
    assert sorted((mentioned & _public_names()) - own - set(nst_tf.__all__)) == []


def test_what_the_readme_mentions_exists():
    for path in re.findall(r"\bnst_tf((?:\.\w+)+)", (PACKAGE.parent / "README.md").read_text()):
        first, *_ = path.removeprefix(".").split(".")
        assert first in nst_tf.__all__ or (PACKAGE / first).is_dir(), path


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="stylise"):
        _ = nst_tf.stylise


def test_importing_the_package_loads_no_tensorflow():
    code = "import sys, nst_tf; print('tensorflow' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["False"]
