"""Figure 7 of Zeiler and Fergus (2013) for one image."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from nst_tf.visualize.display import display_projection
from nst_tf.visualize.occlusion import Occlusion

__all__ = ["occlusion_figure"]

# Okabe and Ito 2008, told apart by the colour-blind too; grey for all further classes.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
OTHER = "#BBBBBB"
PANEL = 3.0  # inches


def occlusion_figure(result: Occlusion, classes: Sequence[str] | None = None) -> Figure:
    """Draws the image, the strongest filter's activation and projection and, of a classifier, the two maps of classes.

    Args:
        result: Of `occlude`.
        classes: Names of the classes; by default they are numbers.

    Returns:
        The figure; `save_figure` writes it.
    """
    panels = [_image, _activation, _projection]
    panels += [] if result.target is None else [_probability, _winner]
    height, width = result.image.shape[:2]
    figure = Figure(figsize=(PANEL * len(panels), PANEL * height / width + 0.8), layout="compressed")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for one, draw, letter in zip(axes, panels, "abcde", strict=False):
        draw(one, result, classes)
        one.set_title(f"({letter}) {one.get_title()}", fontsize=9)
        one.set_anchor("N")
        one.set(xlim=(0, width), ylim=(height, 0), xticks=[], yticks=[])
    return figure


def _extent(result: Occlusion) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of the grid of cells, in pixels of the image: it may stick out a little."""
    (height, width), cells = result.image.shape[:2], (len(result.tops), len(result.lefts))
    beyond = [(count * result.stride - side) / 2 for count, side in zip(cells, (height, width), strict=True)]
    return -beyond[1], width + beyond[1], height + beyond[0], -beyond[0]


def _pixels(result: Occlusion) -> tuple[float, float, float, float]:
    height, width = result.image.shape[:2]
    return 0, width, height, 0


def _name(number: int, classes: Sequence[str] | None) -> str:
    return classes[number] if classes else f"class {number}"


def _heat(axes: Axes, result: Occlusion, values: np.ndarray) -> None:
    drawn = axes.imshow(values, extent=_extent(result), cmap="viridis", interpolation="nearest")
    axes.figure.colorbar(drawn, ax=axes, location="bottom", shrink=0.9, pad=0.02).ax.tick_params(labelsize=7)


def _image(axes: Axes, result: Occlusion, classes) -> None:
    axes.imshow(result.image, extent=_pixels(result))
    middle = result.tops[len(result.tops) // 2], result.lefts[len(result.lefts) // 2]
    axes.add_patch(Rectangle((middle[1] - 0.5, middle[0] - 0.5), result.size, result.size, color="0.5"))
    axes.set_title("image, and the square")


def _activation(axes: Axes, result: Occlusion, classes) -> None:
    _heat(axes, result, result.activation)
    axes.set_title(f"{result.layer}, filter {result.filter}: sum of its map")


def _projection(axes: Axes, result: Occlusion, classes) -> None:
    axes.imshow(display_projection(result.projection), extent=_pixels(result))
    axes.set_title(f"{result.layer}, filter {result.filter}: projection")


def _probability(axes: Axes, result: Occlusion, classes) -> None:
    _heat(axes, result, result.probability)
    axes.set_title(f"probability of {_name(result.target, classes)}")


def _winner(axes: Axes, result: Occlusion, classes) -> None:
    numbers, counts = np.unique(result.winner, return_counts=True)
    shown = numbers[np.argsort(-counts, kind="stable")][: len(COLOURS)]
    # The last colour is that of the classes that are not among the shown ones.
    indices = np.full(result.winner.shape, len(shown))
    for index, number in enumerate(shown):
        indices[result.winner == number] = index
    palette = ListedColormap([to_rgb(colour) for colour in (*COLOURS[: len(shown)], OTHER)])
    axes.imshow(
        indices, extent=_extent(result), cmap=palette, vmin=-0.5, vmax=len(shown) + 0.5, interpolation="nearest"
    )
    names = [(_name(number, classes), colour) for number, colour in zip(shown, COLOURS, strict=False)]
    names += [("other", OTHER)] if len(numbers) > len(shown) else []
    patches = [Patch(color=colour, label=name) for name, colour in names]
    axes.legend(handles=patches, loc="upper center", bbox_to_anchor=(0.5, -0.02), fontsize=7, ncols=2, frameon=False)
    axes.set_title("most probable class")
