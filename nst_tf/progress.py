"""How far work is that takes a while, and what a recipe gives in the end.

`Progress` of a recipe, `Stage` of what is done in stages and `Round` of training are all a `Report`, so that whoever
shows one can show them all.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from nst_tf.notebook.live import watched

if TYPE_CHECKING:  # what shows progress need not wait for NumPy and Pillow
    import numpy as np

    from nst_tf.images import Picture

__all__ = ["Checkpoint", "Progress", "Report", "Result", "Round", "Stage", "duration", "last_result"]

Checkpoint = Mapping[str, "np.ndarray"]  # arrays by name: all that it takes to go on from where a run stood


class Report(Protocol):
    """How far some work is.

    Attributes:
        name: Of what is being done.
        done: Of `total`.
        total: How much there is to do.
        state: What else there is to say beside a bar, such as the loss; may be empty.
        line: All of it, for a log.
        lasting: Whether the user will want to read it later, too.
    """

    @property
    def name(self) -> str: ...

    @property
    def done(self) -> int: ...

    @property
    def total(self) -> int: ...

    @property
    def state(self) -> str: ...

    @property
    def line(self) -> str: ...

    @property
    def lasting(self) -> bool: ...


@dataclass(frozen=True)
class Stage:
    """How far a stage of some work is.

    Attributes:
        name: What is being done, such as `"looking at images"`.
        done: Of `total`.
        total: How much there is to do.
    """

    name: str
    done: int
    total: int

    state = ""
    lasting = False

    @property
    def line(self) -> str:
        """It in words: `looking at images: 3 of 12`."""
        return f"{self.name}: {self.done} of {self.total}"


@dataclass(frozen=True)
class Round:
    """A round of training that has ended.

    Attributes:
        name: What it is called: `"epoch"` or `"round"`.
        done: Its number, from 1.
        total: How many there are.
        state: What was measured, in words.
    """

    name: str
    done: int
    total: int
    state: str

    lasting = True

    @property
    def line(self) -> str:
        """It in words: `epoch 3: loss 0.12`."""
        return f"{self.name} {self.done}: {self.state}"


@dataclass(frozen=True)
class Progress:
    """Where a recipe stands; one report for every few evaluations.

    Attributes:
        scale: Number of the scale, from 1.
        scales: How many there are.
        height: Of the image on this scale, in pixels.
        width: Of the image on this scale, in pixels.
        step: Evaluations done, over all scales.
        steps: Evaluations planned, over all scales.
        loss: Value of the objective on this scale.
        seconds: Since the start.
        remaining: Seconds to go, estimated; `None` while too little is known.
        result: Gives the `Result` if the recipe ended here; costs some time, so call it when you need it.
        checkpoint: Gives what it takes to go on from here; `None` if nothing does.
    """

    scale: int
    scales: int
    height: int
    width: int
    step: int
    steps: int
    loss: float
    seconds: float
    remaining: float | None
    result: Callable[[], "Result"] = field(repr=False, compare=False)
    checkpoint: Callable[[], Checkpoint] | None = field(default=None, repr=False, compare=False)

    lasting = False

    @property
    def name(self) -> str:
        """Of the scale: `scale 2/3 512x384`."""
        return f"scale {self.scale}/{self.scales} {self.width}x{self.height}"

    @property
    def done(self) -> int:
        """The evaluations done."""
        return self.step

    @property
    def total(self) -> int:
        """The evaluations planned."""
        return self.steps

    @property
    def state(self) -> str:
        """The loss and the time that is left, in words."""
        loss = f"loss {self.loss:.3g}"
        return loss if self.remaining is None else f"{loss}, {duration(self.remaining)} left"

    @property
    def line(self) -> str:
        """It in words: `scale 2/3 512x384, evaluation 40 of 100, loss 0.12, 8 s left`."""
        return f"{self.name}, evaluation {self.step} of {self.steps}, {self.state}"


def duration(seconds: float) -> str:
    """Seconds in words: `2 min 5 s`."""
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


@dataclass(frozen=True)
class Result:
    """A finished picture and how it came about.

    Attributes:
        picture: Pixels, with the content's transparency and resolution in dpi.
        history: One entry for each report: `scale`, `height`, `width`, `step`, `loss`, `seconds`.
        losses: The parts of the objective for this picture on its last scale, by name.
        settings: What it was made with.
        finished: Whether all scales were done; `False` for a picture that was stopped early.
        precision: What the network computed with, such as `"float32"` or `"bfloat16"`, whatever was asked for.
    """

    picture: "Picture"
    history: tuple[dict[str, Any], ...]
    losses: dict[str, float]
    settings: Any
    finished: bool
    precision: str = "float32"

    def __repr__(self) -> str:
        """Its picture's size and how it came about, in a line; the rest is in the attributes."""
        told = [repr(self.picture)]
        if self.history:
            last = self.history[-1]
            told += [f"{last['step']} evaluations", f"{last['seconds']:.1f} s", f"loss {last['loss']:.3g}"]
        told += [] if self.finished else ["stopped early"]
        return f"Result({', '.join(told)})"

    def _repr_png_(self) -> bytes:
        """The picture as a PNG, by which notebooks show it."""
        return self.picture._repr_png_()

    @property
    def image(self) -> "np.ndarray":
        """The pixels, `(height, width, 3)`, float32 in [0, 1]."""
        return self.picture.pixels


def last_result(steps: Iterator[Progress], callback: Callable[[Progress], object] | None) -> Result:
    """Runs a recipe to its end.

    Args:
        steps: Its reports, one at least.
        callback: Called with each of them; without one, a notebook shows a bar and the picture as it grows.
    """
    with watched(callback) as told:
        for progress in steps:
            told(progress)
    return progress.result()
