"""Invariance curves as figure 5 of Zeiler and Fergus (2013) draws them."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from nst_tf.visualize.invariance import Invariance

__all__ = ["invariance_figure"]

AXES = {
    "translation": "vertical translation (pixels)",
    "scale": "scale (ratio)",
    "rotation": "rotation (degrees)",
}


def invariance_figure(curves: Sequence[Invariance], names: Sequence[str]) -> Figure:
    """Draws a row for each transform, a column for each layer and one for the probability, a line for each image.

    The columns of the layers show the distance divided by the norm of the original's features.

    Args:
        curves: What `invariance` gave.
        names: Of the images.

    Returns:
        The figure; `savefig` writes it.
    """
    layers = list(curves[0].distances)
    columns = len(layers) + (curves[0].probabilities is not None)
    figure = Figure(figsize=(3.6 * columns, 2.6 * len(curves) + 0.5), layout="constrained")
    for row, curve in zip(figure.subplots(len(curves), columns, squeeze=False), curves, strict=True):
        for axes, layer in zip(row, layers, strict=False):
            lines = axes.plot(curve.amounts, curve.relative(layer).T, linewidth=1.2)
            axes.set(title=layer, ylabel="distance / norm", ylim=(0, None))
        if curve.probabilities is not None:
            row[-1].plot(curve.amounts, curve.probabilities.T, linewidth=1.2)
            row[-1].set(title="true class", ylabel="probability", ylim=(0, 1.02))
        for axes in row:
            axes.set_xlabel(AXES[curve.transform])
            axes.grid(alpha=0.3)
    figure.legend(lines, names, loc="outside lower center", ncols=min(len(names), 6), frameon=False)
    return figure
