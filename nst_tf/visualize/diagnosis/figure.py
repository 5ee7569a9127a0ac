"""The measures of several networks side by side."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nst_tf.visualize.diagnosis.diagnose import Diagnosis
from nst_tf.visualize.diagnosis.frequency import BANDS, EDGES

__all__ = ["diagnosis_figure"]

# Okabe and Ito 2008.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
PER_LAYER = {
    "dead": "dead filters, share",
    "constant": "nearly constant filters, share",
    "sparsity": "sparsity: activations at 0, share",
    "dominance": "dominance: largest RMS / median",
}


def diagnosis_figure(found: Mapping[str, Diagnosis]) -> Figure:
    """Draws the mean spectrum of each network's first filters, and under it bars of all measures.

    Args:
        found: The measures by name of the network.

    Returns:
        The figure; `save_figure` writes it.
    """
    figure = Figure(figsize=(3.6 * max(3, len(found)), 9.5), layout="constrained")
    figure.get_layout_engine().set(h_pad=0.1)
    above, below = np.ravel(figure.subfigures(2, 1, height_ratios=(1, 2)))
    for axes, (name, one) in zip(above.subplots(1, len(found), squeeze=False)[0], found.items(), strict=True):
        _spectrum(axes, name, one)
    panels = below.subplots(2, 3).ravel()
    _bars(panels[0], {name: one.frequency.shares for name, one in found.items()}, BANDS)
    panels[0].set_title("first filters by preferred frequency, share", fontsize=9)
    _bars(panels[1], {name: [one.aliasing or 0.0] for name, one in found.items()}, ["second layer"])
    panels[1].set_title("aliasing, share of power", fontsize=9)
    depth = max(len(one.layers) for one in found.values())
    for axes, (measure, title) in zip(panels[2:], PER_LAYER.items(), strict=True):
        values = {name: [getattr(layer, measure) for layer in one.layers] for name, one in found.items()}
        _bars(axes, values, range(1, depth + 1))
        axes.set_title(title, fontsize=9)
        axes.set_xlabel("layer")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False)
    return figure


def _spectrum(axes: Axes, name: str, one: Diagnosis) -> None:
    power = one.frequency.spectrum
    decibels = 10 * np.log10(np.maximum(power, 1e-12) / max(power.max(), 1e-12))
    drawn = axes.imshow(decibels, extent=(-0.5, 0.5, -0.5, 0.5), origin="lower", cmap="magma", vmin=-20, vmax=0)
    angle = np.linspace(0, 2 * np.pi, 200)
    for edge in EDGES:
        axes.plot(edge * np.cos(angle), edge * np.sin(angle), color="w", linewidth=0.8, linestyle=":")
    axes.set(xlim=(-0.5, 0.5), ylim=(-0.5, 0.5), xlabel="cycles per pixel")
    (rows, columns), stride = one.window, one.stride[0]
    axes.set_title(f"{name}: {rows}x{columns}, stride {stride}\nmean power of the first filters", fontsize=9)
    axes.figure.colorbar(drawn, ax=axes, label="dB", shrink=0.8)


def _bars(axes: Axes, values: Mapping[str, list[float]], labels) -> None:
    """A group of bars for each label, a bar in it for each network."""
    width = 0.8 / len(values)
    for index, (name, heights) in enumerate(values.items()):
        at = np.arange(len(heights)) + (index - (len(values) - 1) / 2) * width
        axes.bar(at, heights, width, label=name, color=COLOURS[index % len(COLOURS)])
    axes.set_xticks(range(len(labels)), labels)
    axes.set_xlim(-0.5, len(labels) - 0.5)
    largest = max(max(heights) for heights in values.values())
    # Room for a measure that is 0 everywhere.
    axes.set_ylim(0, 1.05 * largest if largest else 1.0)
    axes.grid(axis="y", alpha=0.3)
