"""What Sphinx takes from the package itself, so that nothing is listed twice: options from the parser of the command
line, and the reference from docstrings.
"""

import argparse
import importlib
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.inspect import signature, stringify_signature

from nst_tf.cli.main import make_parser

__all__ = ["Api", "Options", "setup"]


class _Generated(SphinxDirective):
    """A directive that stands for reStructuredText, within a page of Markdown."""

    def parsed(self, lines: Iterable[str]) -> list[nodes.Node]:
        fenced = ["````{eval-rst}", *lines, "````"]
        inside = nodes.container()
        self.state.nested_parse(StringList(fenced, self.get_source_info()[0]), self.content_offset, inside)
        return inside.children


class Options(_Generated):
    """`{options} VERB`: how a verb is called and what it takes, as `nst-tf VERB --help` tells it. Each option can be
    referred to as ``{option}`nst-tf VERB --OPTION` ``.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        (verb,) = self.arguments
        parser = make_parser().verb(verb)
        if parser is None:
            raise self.error(f"there is no verb {verb!r}")
        return self.parsed(_options(parser))


def _options(parser: argparse.ArgumentParser, about: str = "") -> Iterator[str]:
    yield from ("", ".. code-block:: text", "", *_indented(parser.format_usage().removeprefix("usage: ")), "")
    yield from (_escaped(about), "", f".. program:: {parser.prog}", "")
    for group in parser._action_groups:
        actions = [action for action in group._group_actions if action.default is not argparse.SUPPRESS]
        kinds = [action for action in actions if isinstance(action, argparse._SubParsersAction)]
        if actions and not kinds:
            yield from (f".. rubric:: {group.title[0].upper()}{group.title[1:]}", "")
            for action in actions:
                yield from _option(parser, action)
        for kind in kinds:
            for choice in kind._choices_actions:
                yield from (f".. rubric:: {parser.prog} {choice.dest}", "")
                yield from _options(kind.choices[choice.dest], f"{choice.help}")
    if parser.epilog:
        yield from (_escaped(parser.epilog), "")


def _option(parser: argparse.ArgumentParser, action: argparse.Action) -> Iterator[str]:
    formatter = parser._get_formatter()
    value = "" if action.nargs == 0 else formatter._format_args(action, action.dest.upper())
    forms = [f"{form} {value}".strip() for form in action.option_strings] or [value]
    yield from (f".. option:: {', '.join(forms)}", "", *_indented(_escaped(formatter._expand_help(action))), "")


def _escaped(text: str) -> str:
    """Plain text with code in backticks, as reStructuredText."""
    parts = text.split("`")
    return "".join(f"``{part}``" if odd % 2 else _escaped_text(part) for odd, part in enumerate(parts))


def _escaped_text(text: str) -> str:
    return re.sub(r"(?<!\S)(--[\w-]+)", r"``\1``", re.sub(r"([*_|\\])", r"\\\1", text))


def _indented(text: str) -> list[str]:
    return [f"   {line}".rstrip() for line in text.splitlines()]


class Api(_Generated):
    """`{api} MODULE`: what the docstrings of a module's names say; without names in the body, of all public ones."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        (module,) = self.arguments
        home = importlib.import_module(module)
        names = [name for line in self.content for name in line.split()] or home.__all__
        return self.parsed(_reference(module, {name: getattr(home, name) for name in names}))


def _reference(module: str, things: dict[str, object]) -> Iterator[str]:
    yield from (f".. currentmodule:: {module}", "", ".. autosummary::", "   :nosignatures:", "")
    yield from (f"   {name}" for name, thing in things.items() if callable(thing))
    for name, thing in things.items():
        yield ""
        if inspect.isclass(thing):
            yield from (f".. autoclass:: {name}", "   :members:", "   :special-members: __call__")
        elif callable(thing):
            yield f".. autofunction:: {name}"
        else:
            yield from (f".. py:data:: {name}", "", f"   {_value(thing)}")


def _value(thing: object) -> str:
    """What a constant is; of a mapping, its keys."""
    if isinstance(thing, Mapping):
        return f"A mapping of {', '.join(f'``{key!r}``' for key in thing)}."
    return f"``{thing!r}``"


def _signature(
    app: Sphinx, what: str, name: str, thing: object, options: object, text: str | None, returns: str | None
):
    """The signature of a class by its own `__init__`, where Keras has a `__new__` that takes anything; and `...` for a
    default that is a function, which has no name in Python.
    """
    if what == "class" and text == "(*args, **kwargs)":
        text = stringify_signature(signature(thing.__init__, bound_method=True), unqualified_typehints=True)
    return text and re.sub(r"<function .*?>+", "...", text), returns


def setup(app: Sphinx) -> dict[str, bool]:
    """Adds the directives."""
    app.connect("autodoc-process-signature", _signature)
    app.add_directive("options", Options)
    app.add_directive("api", Api)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
