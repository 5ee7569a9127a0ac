"""The option `--init` of recipes: what their optimisation starts from."""

import os
from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from nst_tf.errors import unknown
from nst_tf.images import read_image

__all__ = ["read_start"]


def read_start(arguments: Namespace, names: Sequence[str]) -> dict[str, Any]:
    """The setting `init`, if it was given: as it is, or the pixels of the image file that it names.

    Args:
        arguments: Of the command line.
        names: What it may be besides a file.

    Raises:
        InputError: It is none of these, or the image cannot be read.
    """
    init = arguments.init
    if init is None or init in names:
        return {} if init is None else {"init": init}
    if not os.path.exists(init):
        raise unknown("start", init, [*names, "or an image file"])
    return {"init": read_image(init).pixels}
