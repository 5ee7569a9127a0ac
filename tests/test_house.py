"""The rules of the house that no tool checks: folders that can be overlooked, and public functions with types."""

import ast
from pathlib import Path

import pytest

import nst_tf

PACKAGE = Path(nst_tf.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST = 20  # modules in a folder, `__init__.py` among them
OF_NO_TYPE = {"self", "cls"}


@pytest.mark.parametrize("folder", sorted({path.parent for path in MODULES}), ids=lambda path: path.name)
def test_a_folder_can_be_overlooked(folder):
    assert len(list(folder.glob("*.py"))) <= MOST


def test_every_module_says_what_is_public():
    assert [str(path) for path in MODULES if _has_content(path) and _public(_parsed(path)) is None] == []


def _parsed(path):
    return ast.parse(path.read_text())


def _has_content(path):
    """Whether there is more than a docstring."""
    return len(_parsed(path).body) > 1


def _public(tree):
    """The names in `__all__`, or `None` if there is no such list."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == "__all__":
            return {part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)}
    return None


def _public_functions(tree):
    """The public functions of a module, and the public and special methods of its public classes."""
    public = _public(tree) or set()
    for node in tree.body:
        if getattr(node, "name", None) not in public:
            continue
        for inner in [node] if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else node.body:
            if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and not _private(inner.name):
                yield inner


def _private(name):
    return name.startswith("_") and not name.endswith("__")


def _untyped(function):
    """What a function says no type of, by name."""
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    named = [one.arg for one in every if one and one.annotation is None and one.arg not in OF_NO_TYPE]
    return named if function.returns or function.name == "__init__" else [*named, "return"]


def test_every_public_function_is_typed():
    untyped = [
        f"{path.relative_to(PACKAGE)}:{function.lineno} {function.name}: {', '.join(missing)}"
        for path in MODULES
        for function in _public_functions(_parsed(path))
        if (missing := _untyped(function))
    ]
    assert untyped == []
