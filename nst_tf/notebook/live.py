"""What a notebook shows while a recipe runs: a bar, and the picture as it grows.

IPython is looked for only where it is there already: the package does not depend on it.
"""

import base64
import contextlib
import html
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # what shows progress need not wait for NumPy and Pillow
    from nst_tf.images import Picture

__all__ = ["Live", "watched"]

SECONDS_BETWEEN_BARS = 0.2
SECONDS_BETWEEN_PICTURES = 1.0
SHARE = 0.1  # of the time, at most, may go into pictures to look at


class _Result(Protocol):
    @property
    def picture(self) -> "Picture": ...


class _Progress(Protocol):
    """What is needed of a recipe's `Progress`."""

    @property
    def done(self) -> int: ...

    @property
    def total(self) -> int: ...

    @property
    def line(self) -> str: ...

    @property
    def result(self) -> Callable[[], _Result]: ...


Callback = Callable[[Any], object]


def watched(callback: Callback | None) -> contextlib.AbstractContextManager[Callback]:
    """What is told of a recipe's progress in a block: the callback; without one, a notebook's cell, or nobody.

    Args:
        callback: Of the user, who wants to see nothing else then.
    """
    if callback is not None:
        return contextlib.nullcontext(callback)
    display = _display()
    return contextlib.nullcontext(lambda progress: None) if display is None else _shown(Live(display))


@contextlib.contextmanager
def _shown(live: "Live") -> Iterator[Callback]:
    try:
        yield live
    finally:
        live.end()


def _display() -> Callable[..., Any] | None:
    """IPython's `display` in a notebook; `None` anywhere else, in IPython on a terminal, too."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if getattr(shell, "kernel", None) is None:
        return None
    from IPython.display import display

    return display


class Live:
    """Shows progress in a notebook, in one place: call it with each report.

    Args:
        display: IPython's `display`, or what takes its arguments: the thing to show, and `display_id`.
        now: Tells the time in seconds.
    """

    def __init__(self, display: Callable[..., Any], now: Callable[[], float] = time.monotonic):
        self._display, self._now = display, now
        self._handle: Any = None
        self._line, self._image = "", ""
        self._next_bar = self._next_picture = now()

    def __call__(self, progress: _Progress) -> None:
        """Shows how far it is; now and then the picture, too, which takes some time."""
        self._line = progress.line
        if self._now() < self._next_bar:
            return
        began = self._now()
        if began >= self._next_picture:
            self._image = base64.b64encode(progress.result().picture._repr_png_()).decode()
            took = self._now() - began
            self._next_picture = began + max(SECONDS_BETWEEN_PICTURES, took / SHARE)
        self._next_bar = self._now() + SECONDS_BETWEEN_BARS
        self._show(_Cell(self._line, self._image, progress.done, progress.total))

    def end(self) -> None:
        """Leaves how far it came: the picture is the result's to show."""
        if self._handle is not None:
            self._show(_Cell(self._line))

    def _show(self, cell: "_Cell") -> None:
        if self._handle is None:
            self._handle = self._display(cell, display_id=True)
        else:
            self._handle.update(cell)


class _Cell:
    """What is seen at one moment."""

    def __init__(self, line: str, image: str = "", done: int = 0, total: int = 0):
        self._line, self._image, self._done, self._total = line, image, done, total

    def __repr__(self) -> str:
        return self._line

    def _repr_html_(self) -> str:
        bar = f'<progress value="{self._done}" max="{self._total}"></progress> ' if self._total else ""
        image = f'<br><img src="data:image/png;base64,{self._image}" alt="the picture so far">' if self._image else ""
        return f"<div>{bar}{html.escape(self._line)}{image}</div>"
