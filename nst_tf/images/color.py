"""Colour preservation: Gatys, Bethge, Hertzmann and Shechtman, "Preserving Color in Neural Artistic Style Transfer"
(arXiv:1606.05897).

Luminance is Y of NTSC's YIQ. Colour matching is the paper's linear map of the style's colours `s`,

    s' = A (s - mu_S) + mu_C,    A = Sigma_C^(1/2) Sigma_S^(-1/2)

with symmetric roots (the Image Analogies form), which gives them the mean and the covariance of the content's.

Histogram matching, channel by channel, gives a texture the colours of its source (Gatys, Ecker and Bethge,
arXiv:1505.07376).
"""

from collections.abc import Sequence

import numpy as np

__all__ = ["luminance", "match_color", "match_histogram", "match_luminance", "with_luminance"]

_Y = np.array([0.299, 0.587, 0.114], np.float32)
# One 8-bit step: variation below it is noise, not colour to be stretched.
_LEAST_DEVIATION = 1 / 255


def luminance(pixels: np.ndarray) -> np.ndarray:
    """The luminance Y, float32 `(height, width)` in [0, 1], of `pixels` `(height, width, 3)` in [0, 1]."""
    return pixels.astype(np.float32) @ _Y


def with_luminance(color: np.ndarray, luminance_from: np.ndarray) -> np.ndarray:
    """The chroma (I and Q) of one picture with the luminance of another, as in section 3.2 of the paper.

    Args:
        color: float32 `(height, width, 3)` in [0, 1], whose colours are kept.
        luminance_from: float32 `(height, width, 3)` in [0, 1], whose luminance is taken.

    Returns:
        float32 `(height, width, 3)`, clipped to [0, 1].
    """
    # Y enters R, G and B with weight 1 each: to exchange it is to add the difference.
    difference = luminance(luminance_from) - luminance(color)
    return np.clip(color + difference[..., None], 0, 1)


def match_luminance(style: np.ndarray, content: np.ndarray) -> np.ndarray:
    """The luminance of `style` with the mean and the standard deviation of that of `content` (equation 10).

    Args:
        style: float32 `(height, width, 3)` in [0, 1].
        content: float32 of any other height and width, in [0, 1].

    Returns:
        float32 `(height, width)` of the style, clipped to [0, 1].
    """
    y_style, y_content = (luminance(pixels).astype(np.float64) for pixels in (style, content))
    gain = y_content.std() / max(y_style.std(), _LEAST_DEVIATION)
    return np.clip(gain * (y_style - y_style.mean()) + y_content.mean(), 0, 1).astype(np.float32)


def match_color(style: np.ndarray, content: np.ndarray) -> np.ndarray:
    """`style` in the colours of `content`: with their mean and covariance (section 3.1 of the paper).

    A direction in which the style has less variation than one 8-bit step is stretched as if it had that much.

    Args:
        style: float32 `(height, width, 3)` in [0, 1].
        content: float32 of any other height and width, in [0, 1].

    Returns:
        float32 of the shape of `style`, clipped to [0, 1].
    """
    mean_style, covariance_style = _statistics(style)
    mean_content, covariance_content = _statistics(content)
    matrix = _power(covariance_content, 0.5, 0.0) @ _power(covariance_style, -0.5, _LEAST_DEVIATION**2)
    offset = mean_content - matrix @ mean_style
    return np.clip(style @ matrix.T.astype(np.float32) + offset.astype(np.float32), 0, 1)


def match_histogram(pixels: np.ndarray, sources: Sequence[np.ndarray], shares: Sequence[float]) -> np.ndarray:
    """`pixels` with the histogram of other pictures in each channel: the k-th smallest value becomes their k-th.

    Args:
        pixels: float32 `(height, width, 3)`.
        sources: One or more pictures `(height, width, 3)` of any sizes, whose histograms are blended.
        shares: The weight of each of them, not negative, with a positive sum.

    Returns:
        float32 of the shape of `pixels`, with values between the least and the largest of the sources.
    """
    weights = np.concatenate(
        [np.full(s[..., 0].size, w / s[..., 0].size) for s, w in zip(sources, shares, strict=True)]
    )
    matched = np.empty_like(pixels, np.float32)
    for channel in range(pixels.shape[-1]):
        values = np.concatenate([source[..., channel].ravel() for source in sources])
        matched[..., channel] = _match_values(pixels[..., channel], values, weights)
    return matched


def _match_values(pixels: np.ndarray, values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Exchanges each pixel for the value at the same quantile of a weighted sample; both are taken at their middle."""
    order = np.argsort(values, kind="stable")
    upto = np.cumsum(weights[order])
    quantiles = (upto - weights[order] / 2) / upto[-1]
    ranks = np.empty(pixels.size)
    ranks[np.argsort(pixels, axis=None, kind="stable")] = (np.arange(pixels.size) + 0.5) / pixels.size
    return np.interp(ranks, quantiles, values[order]).reshape(pixels.shape)


def _statistics(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    colors = pixels.reshape(-1, 3).astype(np.float64)
    mean = colors.mean(axis=0)
    centred = colors - mean
    return mean, centred.T @ centred / len(colors)


def _power(covariance: np.ndarray, exponent: float, least: float) -> np.ndarray:
    """The symmetric power of a covariance, whose eigenvalues are raised to `least` first."""
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.maximum(values, least) ** exponent) @ vectors.T
