"""What a row of the evidence is, what is found for it, and what the functions that find it may use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nst_tf.images import make_folder, read_frame, read_image, write_image
from nst_tf.samples import sample

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nst_tf.training.convnet.classifier import TrainedClassifier

__all__ = ["SIZES", "VERDICTS", "Finding", "Row", "Studio", "drawn"]

SIZES = ("full", "small")
SAMPLES = ("neuschwanstein", "great_wave", "auvers")
PIECE = 80  # pixels a side
LAYERS = ("relu1", "relu2", "relu5")  # whose evolution is recorded
VERDICTS = ("holds", "in part", "not reproduced")


@dataclass(frozen=True)
class Finding:
    """What our code finds of a claim.

    Attributes:
        ours: Our numbers, in words.
        checks: What the claim comes to, each statement with whether it holds; at least one.
        picture: float32 `(height, width, 3)` in [0, 1], or `None` where there is nothing to see.
    """

    ours: str
    checks: Mapping[str, bool]
    picture: np.ndarray | None = None

    @property
    def verdict(self) -> str:
        """`"holds"` if all checks do, `"not reproduced"` if none does, else `"in part"`."""
        every, some, none = VERDICTS
        held = list(self.checks.values())
        return every if all(held) else some if any(held) else none


class Studio:
    """What rows are made with: the samples, and networks that several rows need, trained once.

    Args:
        folder: For what is kept between rows and runs; made when it is needed.
        size: `"full"`, or `"small"`, which is quick and shows nothing of interest.
    """

    def __init__(self, folder: Path, size: str = "full"):
        self.folder, self.small = folder, size == "small"

    def pick(self, full: Any, small: Any) -> Any:
        """One of two values by the size."""
        return small if self.small else full

    def photo(self, side: int) -> np.ndarray:
        """The castle's middle square, float32 `(side, side, 3)` in [0, 1]."""
        return read_frame(sample("neuschwanstein"), side)

    def pieces(self, stride: int) -> Path:
        """A folder of twelve classes: quarters of the samples, cut into pieces of 80 px.

        Args:
            stride: Pixels from one piece to the next.
        """
        out = self.folder / f"pieces-{stride}"
        for name in SAMPLES:
            pixels = read_image(sample(name)).pixels
            rows, columns = (length // 2 for length in pixels.shape[:2])
            for quarter in range(4):
                top, left = rows * (quarter // 2), columns * (quarter % 2)
                _cut(pixels[top : top + rows, left : left + columns], out / f"{name}-{quarter}", stride)
        return out

    @property
    def training_pieces(self) -> Path:
        """Those that networks are trained with; they overlap."""
        return self.pieces(self.pick(28, 80))

    def form(self, epochs: int) -> dict[str, Any]:
        """How networks are trained here, as keywords of `train_convnet` and `ablate`."""
        return {"side": 64, "batch": 32, "width": self.pick(0.25, 0.0625), "epochs": self.pick(epochs, 2)}

    def trained(self, architecture: str) -> "TrainedClassifier":
        """A network of `training_pieces`, its evolution recorded; it is trained once in a folder."""
        from nst_tf.training.convnet.train import train_convnet

        record = {"evolution_epochs": self.pick((1, 2, 4, 8, 16), (1, 2)), "evolution_layers": LAYERS}
        out = self.folder / architecture
        return train_convnet(self.training_pieces, out, architecture=architecture, **record, **self.form(16))


def drawn(figure: "Figure") -> np.ndarray:
    """A figure as a picture, float32 `(height, width, 3)` in [0, 1]."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].astype(np.float32) / 255


def _cut(pixels: np.ndarray, folder: Path, stride: int) -> None:
    make_folder(folder)
    for top in range(0, pixels.shape[0] - PIECE + 1, stride):
        for left in range(0, pixels.shape[1] - PIECE + 1, stride):
            write_image(folder / f"{top}-{left}.png", pixels[top : top + PIECE, left : left + PIECE])


@dataclass(frozen=True)
class Row:
    """A claim of a paper, and how it is put to the test.

    Attributes:
        name: What it is called on the command line.
        claim: In a sentence.
        paper: Which, and where in it.
        theirs: The paper's number or figure.
        make: What finds ours.
        command: Lines by which users look at the same in pictures of their own: of a shell, or of Python.
        differs: What is different here, and why.
    """

    name: str
    claim: str
    paper: str
    theirs: str
    make: Callable[[Studio], Finding]
    command: str
    differs: str
