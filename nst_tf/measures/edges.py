"""Whether outlines run where a photograph has them, and in the same direction.

With the gradient g = dY/dx + i dY/dy of the luminance Y after a Gaussian blur, a complex number at each position:

    e = max(0, Re <z, w> / |z| |w|),    z = g^2 / |g|

z of the one picture and w of the other, as vectors over all positions: the correlation of gradients whose angles are
doubled (as Granlund 1978 represents orientation), so that an edge is the same whichever of its sides is lighter. It is
the orientation correlation of Fitch, Kadyrov, Christmas and Kittler (BMVC 2002), opposed to whom angles are doubled,
and magnitudes kept rather than set to 1, so that what is strong counts and noise does not.
"""

import numpy as np

from nst_tf.images import luminance

__all__ = ["edge_agreement"]

BLUR = 1 / 256  # standard deviation, of the longest side
REACH = 4  # standard deviations to either side, as far as the blur looks


def _blurred(values: np.ndarray, deviation: float) -> np.ndarray:
    """After a Gaussian blur; beyond the border is what is at the border."""
    reach = int(REACH * deviation + 0.5)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    for _ in range(2):
        padded, rows = np.pad(values, [(reach, reach), (0, 0)], "edge"), len(values)
        down = sum(weight * padded[start : start + rows] for start, weight in enumerate(kernel / kernel.sum()))
        values = down.T
    return values


def _edges(pixels: np.ndarray) -> np.ndarray:
    """z at each position, complex `(height, width)`."""
    y = luminance(pixels).astype(np.float64)
    down, across = np.gradient(_blurred(y, BLUR * max(y.shape)))
    gradient = across + 1j * down
    magnitude = np.abs(gradient)
    return np.divide(gradient**2, magnitude, out=np.zeros_like(gradient), where=magnitude > 0)


def edge_agreement(content: np.ndarray, result: np.ndarray) -> float:
    """How well the edges of a picture agree with those of a photograph, in place, direction and strength.

    It sees luminance only, at a blur of 1/256 of the longest side: neither edges between colours that are equally light
    nor details below a few pixels. A lost outline, one that has moved and a brush stroke where nothing was count alike.

    Args:
        content: The photograph, `(height, width, 3)` in [0, 1], not less than 2 pixels high and wide.
        result: The picture, of the same size.

    Returns:
        1 for the photograph itself and for its negative; about 0 for another picture, and 0 where one of the two has no
        edges at all.
    """
    first, second = _edges(content), _edges(result)
    scale = np.linalg.norm(first) * np.linalg.norm(second)
    if scale == 0:
        return float(not first.any() and not second.any())
    return float(np.clip(np.vdot(first, second).real / scale, 0, 1))
