"""Colour preservation: Gatys, Bethge, Hertzmann and Shechtman, "Preserving Color in Neural Artistic Style Transfer"
(arXiv:1606.05897).

Luminance is Y of NTSC's YIQ. Colour matching is the paper's linear map of the style's colours `s`,

    s' = A (s - mu_S) + mu_C,    A = Sigma_C^(1/2) Sigma_S^(-1/2)

with symmetric roots (the Image Analogies form), which gives them the mean and the covariance of the content's.
"""

from collections.abc import Sequence

import numpy as np

from nst_tf.images.picture import Picture
from nst_tf.images.resize import resize_image

__all__ = [
    "colors_for_transfer",
    "dressed",
    "luminance",
    "match_color",
    "match_luminance",
    "restore_color",
    "with_luminance",
]

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


def _grey(y: np.ndarray) -> np.ndarray:
    return np.repeat(y[..., None], 3, axis=2)


def colors_for_transfer(
    content: np.ndarray, styles: Sequence[np.ndarray], preserve_color: str | None
) -> tuple[np.ndarray, list[np.ndarray]]:
    """The content and the styles as the network is to see them.

    Args:
        content: `(height, width, 3)` in [0, 1].
        styles: Likewise, of any sizes.
        preserve_color: `None`; `"luminance"`, which makes all of them grey and matches the styles' luminance to the
            content's; or `"histogram"`, which matches the styles' colours to the content's.
    """
    if preserve_color == "luminance":
        return _grey(luminance(content)), [_grey(match_luminance(style, content)) for style in styles]
    if preserve_color == "histogram":
        return content, [match_color(style, content) for style in styles]
    return content, list(styles)


def restore_color(image: np.ndarray, content: np.ndarray, preserve_color: str | None) -> np.ndarray:
    """Gives a result the chroma of the content, of the same size, where only luminance was to be transferred."""
    return with_luminance(content, image) if preserve_color == "luminance" else image


def dressed(pixels: np.ndarray, content: Picture) -> Picture:
    """A result `(height, width, 3)` in [0, 1] as a picture, with the content's alpha, resized, and its dpi."""
    alpha = None if content.alpha is None else resize_image(content.alpha, pixels.shape[:2])
    return Picture(pixels, alpha, content.dpi)


def _statistics(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    colors = pixels.reshape(-1, 3).astype(np.float64)
    mean = colors.mean(axis=0)
    centred = colors - mean
    return mean, centred.T @ centred / len(colors)


def _power(covariance: np.ndarray, exponent: float, least: float) -> np.ndarray:
    """The symmetric power of a covariance, whose eigenvalues are raised to `least` first."""
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.maximum(values, least) ** exponent) @ vectors.T
