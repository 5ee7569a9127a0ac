"""Which operators a graph may have: all of TensorFlow, or only those that other runtimes have, too.

Those have none for eigenvectors, for Lanczos interpolation, or for lists of tensors. What needs one asks `only_common`,
and does without where it has to.
"""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

__all__ = ["common_operators", "only_common"]

_common = ContextVar("common", default=False)


@contextlib.contextmanager
def common_operators() -> Iterator[None]:
    """Has what is traced in the block, of tensors of known shapes, use common operators only."""
    before = _common.set(True)
    try:
        yield
    finally:
        _common.reset(before)


def only_common() -> bool:
    """Whether common operators only are to be used."""
    return _common.get()
