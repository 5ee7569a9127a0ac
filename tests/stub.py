"""Writes `nst_tf/__init__.pyi`: what type checkers and editors, which run nothing, are to know of `import nst_tf`.

    python -m tests.stub

The names come from the package, and those of settings from their fields, so nothing is written down twice.
"""

import inspect
import re
from pathlib import Path

import nst_tf
from nst_tf.images import Source

PATH = Path(nst_tf.__file__).with_suffix(".pyi")
HEAD = '''"""Made by `python -m tests.stub`; a test holds that it is what the package is."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import keras
import numpy
import tensorflow

'''
# Names that are told otherwise at run time than one writes them.
WRITTEN = {
    str(Source): "Source",
    "collections.abc.": "",
    "typing.": "",
    "tensorflow.python.distribute.distribute_lib.Strategy": "tensorflow.distribute.Strategy",
    "keras.src.callbacks.callback.Callback": "keras.callbacks.Callback",
    "keras.src.models.model.Model": "keras.Model",
}
OURS = r"\b(nst_tf[\w.]*)\.(\w+)"  # where a name is, and the name


def stub_text():
    """The text of the stub."""
    places = nst_tf._HOME
    spelt = {name for name in places if hasattr(getattr(nst_tf, name), "__signature__")}
    imports = {(home, f"{name} as {name}") for name, home in places.items() if name not in spelt}
    imports |= {("nst_tf.images", "Source as Source"), ("nst_tf.version", "__version__ as __version__")}
    functions = "".join(_function(getattr(nst_tf, name)) for name in sorted(spelt))
    # Classes of what is taken and given that `import nst_tf` does not have.
    imports |= {one for one in re.findall(OURS, functions) if one[1] not in {*places, "Source"}}
    lines = [f"from {home} import {name}" for home, name in sorted(imports)]
    return HEAD + "\n".join([*lines, "", re.sub(OURS, r"\2", functions)])


def _function(function):
    signature, lines, starred = inspect.signature(function), [], False
    for one in signature.parameters.values():
        if one.kind is inspect.Parameter.KEYWORD_ONLY and not starred:
            lines.append("*")
            starred = True
        optional = "" if one.default is inspect.Parameter.empty else " = ..."
        lines.append(f"{one.name}: {_written(one.annotation)}{optional}")
    body = "".join(f"    {line},\n" for line in lines)
    return f"def {function.__name__}(\n{body}) -> {_written(signature.return_annotation)}: ...\n"


def _written(annotation):
    text = inspect.formatannotation(annotation) if isinstance(annotation, type) else str(annotation)
    for told, written in WRITTEN.items():
        text = text.replace(told, written)
    return re.sub(r"Literal\[(.*?)\]", lambda found: found[0].replace("'", '"'), text)


if __name__ == "__main__":
    PATH.write_text(stub_text())
