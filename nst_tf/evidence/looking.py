"""What a trained network looks at: the nine strongest, three rules, invariance, occlusion, correspondence."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nst_tf.evidence.row import Finding, Studio, drawn
from nst_tf.images import read_frame, read_image
from nst_tf.notebook.show import show
from nst_tf.samples import sample

if TYPE_CHECKING:
    from nst_tf.visualize.occlusion import Occlusion

__all__ = ["corresponds", "covered", "invariant", "rules", "top_nine"]

DEEPEST = "relu5"
LEAST = 0.05  # by which a cosine is larger than another, and not only by chance
# Of the castle's middle square of 240 px: top, left, bottom, right.
PARTS = {"white tower": (72, 176, 136, 202), "grey spire": (28, 44, 78, 66)}
MOVES = ((8, 8), (0, 4), (4, 16), (16, 4), (12, 12))  # of the views' windows in it, of 224 px
LIGHT = (1.0, 0.8, 1.25, 0.7, 1.4)  # exponents of their brightness


def _similarity(vectors: np.ndarray) -> float:
    """The mean cosine of all pairs of rows."""
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    cosines = unit @ unit.T
    return float(cosines[np.triu_indices(len(unit), 1)].mean())


def top_nine(studio: Studio) -> Finding:
    """The nine pieces of the samples that excite filters most, and whether their projections agree."""
    from nst_tf.backbones import load_backbone
    from nst_tf.images import find_images
    from nst_tf.visualize.top.top_activations import top_activations

    layers = studio.pick(["relu2", "relu5"], ["relu1"])
    out, network = studio.folder / "top", load_backbone("alexnet")
    images = studio.pieces(80)  # that do not overlap, or nine of one place would win
    top_activations(network, images, out, layers=layers, side=studio.pick(128, 64))
    agreement = {layer: _agreement(out, layer) for layer in layers}
    told = "; ".join(
        f"{layer}: cosine between projections of one filter {same:.2f}, of different filters {other:.2f}"
        for layer, (same, other) in agreement.items()
    )
    count = len(find_images(images))
    checks = {
        f"projections of one filter are more alike than of different ones in {layer}": same > other + LEAST
        for layer, (same, other) in agreement.items()
    }
    files = [out / "tiles" / layer / f"{number}.webp" for layer in layers for number in range(4)]
    sheet = show(*files, titles=[f"{layer}, filter {number}" for layer in layers for number in range(4)], size=300)
    return Finding(f"{count} images; {told}", checks, sheet.pixels)


def _agreement(out: Path, layer: str) -> tuple[float, float]:
    """How alike the projections of one filter are, and those of different filters, over sixteen filters."""
    # A tile has the nine projections on the left and their patches on the right.
    tiles = [read_image(out / "tiles" / layer / f"{number}.webp").pixels for number in range(16)]
    nines = [_cells(tile[:, : tile.shape[1] // 2]) for tile in tiles]
    return float(np.mean(list(map(_similarity, nines)))), _similarity(np.stack([nine[0] for nine in nines]))


def _cells(projections: np.ndarray) -> np.ndarray:
    """A square of 3x3 projections as nine rows, grey being 0."""
    side = len(projections) // 3
    blocks = projections.reshape(3, side, 3, side, 3).swapaxes(1, 2)
    return blocks.reshape(9, -1) - 0.5


def rules(studio: Studio) -> Finding:
    """One unit by three rules, and how concentrated the projections are."""
    from nst_tf.backbones import load_backbone
    from nst_tf.visualize.display import display_projection
    from nst_tf.visualize.projections import deconv
    from nst_tf.visualize.settings import RULES

    network, photo = load_backbone("alexnet"), studio.photo(studio.pick(224, 96))
    first = deconv(network, photo, DEEPEST, strongest=studio.pick(8, 2))
    found = {rule: deconv(network, photo, DEEPEST, filters=first.filters, rule=rule) for rule in RULES}
    shares = {rule: float(np.mean([_strongest_tenth(one) for one in made.projections])) for rule, made in found.items()}
    told = ", ".join(f"{rule} {share:.0%}" for rule, share in shares.items())
    top, left, bottom, right = first.boxes[0]
    field = slice(top, bottom), slice(left, right)
    shown = [display_projection(found[rule].projections[0][field]) for rule in RULES]
    checks = {
        "deconvnet is more concentrated than the gradient": shares["deconvnet"] > shares["gradient"],
        "guided is the most concentrated": shares["guided"] == max(shares.values()),
    }
    sheet = show(photo[field], *shown, titles=["receptive field", *RULES], size=studio.pick(200, 96))
    return Finding(f"energy in the strongest tenth of the pixels: {told}", checks, sheet.pixels)


def _strongest_tenth(projection: np.ndarray) -> float:
    """The share of a projection's energy in the strongest tenth of the pixels that have any."""
    energy = np.sort(np.square(projection).sum(-1), axis=None)[::-1]
    energy = energy[energy > 0]
    return float(energy[: len(energy) // 10].sum() / energy.sum())


def invariant(studio: Studio) -> Finding:
    """How far features of a shallow and a deep layer move when the castle is moved, enlarged and turned."""
    from nst_tf.backbones.graph import Graph
    from nst_tf.backbones.open import class_names, open_network
    from nst_tf.visualize.invariance import invariance
    from nst_tf.visualize.invariance_figure import invariance_figure

    classifier, target = open_network("alexnet-photos"), class_names("alexnet-photos").index("monument")
    steps = {} if not studio.small else {"pixels": (0, 5, 40), "ratios": (1, 1.2, 1.8), "degrees": (0, 90, 180)}
    curves = invariance(Graph(classifier), [studio.photo(224)], ["relu1", DEEPEST], labels=[target], **steps)
    moved, enlarged = curves[:2]
    small = {layer: float(moved.relative(layer)[0, np.abs(moved.amounts) == 5].mean()) for layer in moved.distances}
    straight = [_straightness(np.abs(one.amounts - at), one.relative(DEEPEST)[0]) for one, at in
                ((moved, 0), (enlarged, 1))]  # fmt: skip
    lowest = [float(one.probabilities.min()) for one in curves]
    told = (
        f"moved by 5 px, relu1 changes by {small['relu1']:.0%}, {DEEPEST} by {small[DEEPEST]:.0%}; correlation of "
        f"{DEEPEST}'s distance with the amount {straight[0]:.2f} (moved), {straight[1]:.2f} (enlarged); least "
        f"probability of the class {lowest[0]:.2f} (moved), {lowest[1]:.2f} (enlarged), {lowest[2]:.2f} (turned)"
    )
    checks = {
        "a small move changes the first layer more than the last": small["relu1"] > small[DEEPEST],
        "the last layer's response is close to linear in translation and scale": min(straight) > 0.9,
        "the class is lost by turning, more than by moving or enlarging": lowest[2] < min(lowest[:2]),
    }
    return Finding(told, checks, drawn(invariance_figure(curves, ["castle"])))


def _straightness(amounts: np.ndarray, distances: np.ndarray) -> float:
    return float(np.corrcoef(amounts, distances)[0, 1])


def covered(studio: Studio) -> Finding:
    """What a grey square on the castle takes from the strongest filter and from the class."""
    from nst_tf.backbones.open import class_names, open_network
    from nst_tf.visualize.occlusion import occlude
    from nst_tf.visualize.occlusion_figure import occlusion_figure

    names = class_names("alexnet-photos")
    classifier, target = open_network("alexnet-photos"), names.index("monument")
    found = occlude(classifier, studio.photo(224), target=target, size=56, stride=studio.pick(14, 56))
    left = found.activation / found.intact_activation
    told = (
        f"filter {found.filter} of {found.layer} keeps {left.min():.0%} at the worst place and {np.median(left):.0%} "
        f"at the median one; probability of {names[target]} {found.intact_probability:.2f}, at least "
        f"{found.probability.min():.2f}; other winners at {np.mean(found.winner != target):.0%} of the places"
    )
    inside = _at_the_projection(found)
    checks = {
        "the filter loses half or more somewhere": left.min() < 0.5,
        "it loses more where its projection is than elsewhere": left[inside].mean() < left[~inside].mean(),
        "the class loses half of its probability somewhere": found.probability.min() < found.intact_probability / 2,
    }
    return Finding(told, checks, drawn(occlusion_figure(found, names)))


def _at_the_projection(found: "Occlusion") -> np.ndarray:
    """Which places of the square cover more of the projection's energy than the average place."""
    energy = np.square(found.projection).sum(-1)
    rows, columns = ([slice(max(0, at), at + found.size) for at in side] for side in (found.tops, found.lefts))
    share = np.array([[energy[row, column].sum() for column in columns] for row in rows])
    return share > share.mean()


def corresponds(studio: Studio) -> Finding:
    """Whether the castle's main tower is treated alike in five views of it, next to random boxes."""
    from nst_tf.backbones import load_backbone
    from nst_tf.backbones.graph import Graph
    from nst_tf.visualize.correspondence import correspondence
    from nst_tf.visualize.correspondence_figure import correspondence_figure

    graph, whole = Graph(load_backbone("alexnet")), read_frame(sample("neuschwanstein"), 240)
    views = [
        whole[top : top + 224, left : left + 224] ** light for (top, left), light in zip(MOVES, LIGHT, strict=True)
    ]
    parts = {name: np.subtract(box, np.tile(MOVES, 2)) for name, box in PARTS.items()}
    found = correspondence(graph, np.stack(views), parts, ["relu4", DEEPEST], repetitions=studio.pick(20, 1))
    told = ", ".join(f"{one.part} {one.layer} {one.delta:.3f} (random {one.random:.3f})" for one in found)
    checks = {f"{one.part} is below random boxes in {one.layer}": one.delta < one.random for one in found}
    return Finding(told, checks, drawn(correspondence_figure(found)))
