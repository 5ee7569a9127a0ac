"""Proposals of regions: parts of an image that a network sees as alike, with edges where the image has its own.

Places are clustered by their features (k-means; Lloyd 1982, with the start of Arthur and Vassilvitskii 2007), and the
clusters' edges are brought to those of the image by its guided filter (He, Sun and Tang, "Guided Image Filtering",
2013; by way of a smaller image, as in He and Sun, "Fast Guided Filter", arXiv 1505.00996).
"""

import functools
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from nst_tf.backbones import feature_extractor, load_backbone
from nst_tf.canvas.masks import VISIBLE
from nst_tf.errors import InputError
from nst_tf.images import Source, as_picture, fit, resize, resize_image

__all__ = ["MOST_REGIONS", "pair_regions", "propose_regions"]

MOST_REGIONS = 16
SIDE, LEAST = 448, 32  # pixels: the longest side that places are looked at in, and the shortest that has enough of them
LAYERS = ("relu3_1", "relu4_1")
AXES = 16  # of the features of a layer
COLOR, POSITION = 0.5, 0.35  # what they count beside the features of a layer
HEIGHT = 1.0  # what it counts, of an image's height, that a region lies elsewhere than one that it may be paired with
STARTS, ROUNDS = 4, 25  # of k-means
LEAST_SHARE = 1 / 200  # of an image, that is a region: of less, others take the place
RIM, TRUST = 3, 2.0  # how many places around one are asked, and what they count beside its colour
LEAST_COLOR = 1e-3  # of the variance of a cluster's colours
PASSES = 4  # each goes farther into what lies narrow between others, such as the sky between two towers
RADIUS, EPSILON = 1 / 128, 1e-3  # of the filter: in longest sides, and the least variance that is an edge


@functools.cache
def _network() -> Callable:
    extractor = feature_extractor(load_backbone("vgg16", padding="replicate"), LAYERS)
    return tf.function(extractor, autograph=False, input_signature=[tf.TensorSpec([1, None, None, 3])])


def _unit_scale(values: np.ndarray) -> np.ndarray:
    """Centred, and of a mean square of 1."""
    values = values - values.mean(axis=0)
    return values / max(float(np.sqrt(np.mean(np.sum(values**2, axis=1)))), 1e-6)


def _features(pixels: np.ndarray) -> list[np.ndarray]:
    """The standardised features of each layer at each place of the finest, `(rows, columns, channels)`."""
    size = fit(pixels.shape, SIDE)
    if min(size) < LEAST:
        raise InputError(f"an image of {pixels.shape[1]}x{pixels.shape[0]} pixels is too thin to have regions")
    found = [maps[0].numpy() for maps in _network()(resize_image(pixels, size)[None]).values()]
    rows, columns = max(maps.shape[:2] for maps in found)
    standard = [(maps - maps.mean((0, 1))) / (maps.std((0, 1)) + 1e-3) for maps in found]
    return [tf.image.resize(maps, (rows, columns)).numpy() for maps in standard]


def _on_axes(maps: np.ndarray) -> np.ndarray:
    """The principal components of feature maps, `(places, AXES)`."""
    flat = tf.constant(maps.reshape(-1, maps.shape[-1]))
    return (flat @ tf.linalg.eigh(tf.matmul(flat, flat, transpose_a=True))[1][:, -AXES:]).numpy()


def _places(pixels: np.ndarray, features: Sequence[np.ndarray]) -> np.ndarray:
    """What each place is like, `(places, n)`."""
    rows, columns = features[0].shape[:2]
    colors = resize(pixels, (rows, columns)).reshape(-1, 3)
    down, across = np.mgrid[:rows, :columns] / max(rows, columns)
    layers = [_unit_scale(_on_axes(maps)) for maps in features]
    where = np.stack([down, across], -1).reshape(-1, 2)
    return np.concatenate([*layers, COLOR * _unit_scale(colors), POSITION * _unit_scale(where)], axis=1)


def _distances(places: np.ndarray, centres: np.ndarray) -> np.ndarray:
    return np.sum(places**2, 1)[:, None] - 2 * places @ centres.T + np.sum(centres**2, 1)


def _start(places: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Places that are far from each other, more or less by chance."""
    centres = places[rng.integers(len(places))][None]
    while len(centres) < count:
        far = np.maximum(_distances(places, centres).min(1), 0)
        chance = far / far.sum() if far.sum() > 0 else None
        centres = np.concatenate([centres, places[rng.choice(len(places), p=chance)][None]])
    return centres


def _clusters(places: np.ndarray, count: int) -> np.ndarray:
    """The cluster of each place: the tightest of several tries, the same each time."""
    best, least = np.zeros(len(places), int), np.inf
    for seed in range(STARTS):
        centres = _start(places, count, np.random.default_rng(seed))
        for _ in range(ROUNDS):
            found = _distances(places, centres).argmin(1)
            centres = np.stack([places[found == one].mean(0) if (found == one).any() else centres[one]
                                for one in range(count)])  # fmt: skip
        spread = _distances(places, centres).min(1).sum()
        if spread < least:
            best, least = found, spread
    return best


def _box(maps: np.ndarray, radius: int) -> np.ndarray:
    """The mean of the square around each pixel, `(height, width, ...)`."""
    for axis in (0, 1):
        padded = np.pad(maps.astype(np.float64), [(radius + 1, radius) if one == axis else (0, 0)
                                                  for one in range(maps.ndim)], mode="edge")  # fmt: skip
        total = np.cumsum(padded, axis=axis)
        side = 2 * radius + 1
        ahead, behind = (np.take(total, range(first, first + maps.shape[axis]), axis) for first in (side, 0))
        maps = (ahead - behind) / side
    return maps


def _guided(maps: np.ndarray, small: np.ndarray, guide: np.ndarray) -> np.ndarray:
    """Maps `(rows, columns, count)` at the size of a grey image, with its edges: equations 5, 6 and 8.

    Args:
        maps: What is to be filtered.
        small: The grey image, of the size of the maps.
        guide: The grey image, `(height, width)`.
    """
    radius = max(1, round(RADIUS * max(small.shape)))
    small = small[..., None].astype(np.float64)
    mean, means = _box(small, radius), _box(maps, radius)
    slope = (_box(small * maps, radius) - mean * means) / (_box(small**2, radius) - mean**2 + EPSILON)
    slope, rest = (tf.image.resize(_box(one, radius), guide.shape).numpy() for one in (slope, means - slope * mean))
    return slope * guide[..., None] + rest


def _by_color(colors: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The logarithm of how likely each colour is in a cluster, whose colours are taken to be normally distributed."""
    flat, weights = colors.reshape(-1, 3).astype(np.float64), weights.reshape(-1) / max(weights.sum(), 1e-6)
    mean = weights @ flat
    covariance = (flat - mean).T @ ((flat - mean) * weights[:, None]) + LEAST_COLOR * np.eye(3)
    far = np.sum((flat - mean) @ np.linalg.inv(covariance) * (flat - mean), 1)
    return (-far - np.linalg.slogdet(covariance)[1]).reshape(colors.shape[:2]) / 2


def _likeliest(pixels: np.ndarray, here: np.ndarray) -> np.ndarray:
    """Which cluster is the likeliest at each pixel, by those near it and by its colour; one-hot."""
    near, weights = (tf.image.resize(one, pixels.shape[:2]).numpy() for one in (_box(_box(here, RIM), RIM), here))
    count = here.shape[-1]
    likely = np.stack([_by_color(pixels, weights[..., one]) for one in range(count)], -1)
    likely[..., ~here.any((0, 1))] = -np.inf
    return np.eye(count, dtype=np.float32)[(np.log(near + 1e-9) * TRUST + likely).argmax(-1)]


def _sharpened(pixels: np.ndarray, clusters: np.ndarray, count: int) -> np.ndarray:
    """The clusters with the edges of an image, one-hot.

    Features see far: around what stands out, they are those of its rim, also where there is sky already.
    """
    found = np.eye(count, dtype=np.float32)[clusters]
    for _ in range(PASSES):
        found = _likeliest(pixels, tf.image.resize(found, clusters.shape, method="area").numpy())
    while (few := (found.mean((0, 1)) < LEAST_SHARE) & found.any((0, 1))).any():
        found = _likeliest(pixels, tf.image.resize(np.where(few, 0, found), clusters.shape, method="area").numpy())
    return found


def _masks(pixels: np.ndarray, clusters: np.ndarray, count: int) -> np.ndarray:
    """The clusters `(rows, columns)` as masks of the image's size, `(count, height, width)`, 1 in all at each pixel."""
    small = resize_image(pixels, fit(pixels.shape, min(2 * SIDE, max(pixels.shape))))
    soft = _guided(_sharpened(small, clusters, count), small.mean(-1), pixels.mean(-1))
    soft = np.clip(soft, 0, 1) ** 2
    return np.moveaxis(soft / np.maximum(soft.sum(-1, keepdims=True), 1e-6), -1, 0)


def propose_regions(image: Source, count: int = 4) -> np.ndarray:
    """Parts of an image that VGG16 sees as alike, such as sky, walls and trees.

    Args:
        image: A `Picture`, or `(height, width, 3)`, floats in [0, 1] or uint8.
        count: How many, 2 to 16; fewer are found where there is less to tell apart.

    Returns:
        Masks, float32 `(regions, height, width)` in [0, 1], the largest first; together 1 at each pixel. Each is half a
        percent of the image, or more.

    Raises:
        InputError: The image or the count cannot be used.

    Example:
        >>> sky, *_ = nst_tf.propose_regions(nst_tf.read_image("castle.jpg"), count=4)
    """
    return _proposed(image, count)[0]


def _proposed(image: Source, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The regions of an image; the direction of the mean of the standardised features of each, and how high it lies."""
    if not 2 <= count <= MOST_REGIONS:
        raise InputError(f"{count} regions were asked for; there can be 2 to {MOST_REGIONS}")
    pixels = as_picture(image).pixels
    features = _features(pixels)
    clusters = _clusters(_places(pixels, features), count).reshape(features[0].shape[:2])
    masks = _masks(pixels, clusters, count)
    order = np.argsort(-masks.mean((1, 2)), kind="stable")
    there = [one for one in order if (clusters == one).any() and masks[one].max() > VISIBLE]
    means = np.stack([np.concatenate([maps[clusters == one].mean(0) for maps in features]) for one in there])
    heights = [np.argwhere(clusters == one)[:, 0].mean() / len(clusters) for one in there]
    return masks[there], means / np.linalg.norm(means, axis=1, keepdims=True), np.array(heights)


def pair_regions(content: Source, style: Source, count: int = 4) -> list[tuple[np.ndarray, np.ndarray]]:
    """The regions of a photograph, each with the region of a painting that is most like it: sky with sky.

    That is, in the mean of what VGG16 sees there, and in how high it lies in the image. Several may have the same one,
    and some of the painting's may have none.

    Args:
        content: The photograph; see `propose_regions`.
        style: The painting.
        count: How many regions each is divided into.

    Returns:
        A mask of the photograph and one of the painting, for each region of the photograph; see `propose_regions`.

    Raises:
        InputError: See `propose_regions`.
    """
    (here, ours, high), (there, theirs, far) = (_proposed(image, count) for image in (content, style))
    alike = ours @ theirs.T - HEIGHT * np.abs(high[:, None] - far)
    return [(mask, there[found]) for mask, found in zip(here, alike.argmax(1), strict=True)]
