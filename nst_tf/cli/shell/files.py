"""Arguments that are read as files. Their type says so, so that a recipe knows what a picture was made from."""

import os
from collections.abc import Callable

__all__ = ["Content", "Input", "Program", "path_or", "style_network"]


class Input(str):
    """The path of a file or a folder that is read.

    Attributes:
        rest: What stands behind the path and is none of it.
        then: A further file, behind that.
    """

    rest = ""
    then: "Input | None" = None

    @property
    def path(self) -> str:
        """The path alone."""
        return str(self).removesuffix(self.rest + (self.then or ""))

    @property
    def files(self) -> "list[Input]":
        """It, and what comes behind it."""
        return [self, *(self.then.files if self.then is not None else ())]


class Content(Input):
    """A picture, or a folder of pictures, of each of which a picture is made."""


class Program(Input):
    """The folder or the address of what is run: never because a picture's recipe says so."""


def path_or(*names: str) -> Callable[[str], str]:
    """The type of an argument that is a path, where there is something, or a name; these come before paths."""

    def read(text: str) -> str:
        return text if text in names or not os.path.exists(text) else Input(text)

    return read


def style_network(text: str) -> str:
    """A network of a few styles: `RUN`, `RUN:STYLE+STYLE`, or the bundled one by its name."""
    path, colon, styles = (text, "", "") if os.path.exists(text) else text.rpartition(":")
    if path == "paintings" or not os.path.exists(path):
        return text
    network = Input(text)
    network.rest = colon + styles
    return network
