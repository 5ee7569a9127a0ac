"""Correspondence as bars: table 1 of Zeiler and Fergus (2013) as a picture."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from nst_tf.visualize.correspondence import Correspondence

__all__ = ["correspondence_figure"]

WIDTH = 0.38


def correspondence_figure(results: Sequence[Correspondence]) -> Figure:
    """Draws a panel for each layer, and in it for each part two bars: the part, and random boxes of its sizes.

    Error bars are a standard deviation: over pairs of images for the part, over draws for the random boxes.

    Args:
        results: What `correspondence` gave.

    Returns:
        The figure; `savefig` writes it.
    """
    layers = list(dict.fromkeys(result.layer for result in results))
    parts = len({result.part for result in results})
    figure = Figure(figsize=((0.9 * parts + 1.2) * len(layers), 3.6), layout="constrained")
    for axes, layer in zip(figure.subplots(1, len(layers), squeeze=False)[0], layers, strict=True):
        chosen = [result for result in results if result.layer == layer]
        places = np.arange(len(chosen))
        _bars(axes, places - WIDTH / 2, [r.delta for r in chosen], [r.deviation for r in chosen], "part")
        _bars(axes, places + WIDTH / 2, [r.random for r in chosen], [r.random_deviation for r in chosen], "random")
        axes.margins(y=0.12)
        axes.set(title=layer, ylim=(0, None))
        axes.set_xticks(places, [result.part for result in chosen])
    figure.axes[0].set_ylabel("Delta (lower: more alike)")
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
    return figure


def _bars(axes, places, heights, deviations, label: str) -> None:
    bars = axes.bar(places, heights, WIDTH, yerr=deviations, capsize=3, label=label)
    axes.bar_label(bars, fmt="{:.3f}", fontsize=7, padding=2)
