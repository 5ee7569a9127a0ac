"""Colour preservation: Gatys, Bethge, Hertzmann and Shechtman, "Preserving Color in Neural Artistic Style Transfer"
(arXiv:1606.05897).

Luminance is Y of NTSC's YIQ. Colour matching is the paper's linear map of the style's colours `s`,

    s' = A (s - mu_S) + mu_C,    A = Sigma_C^(1/2) Sigma_S^(-1/2)

with symmetric roots (the Image Analogies form), which gives them the mean and the covariance of the content's.
"""

import numpy as np

__all__ = ["luminance", "match_color", "match_luminance", "with_luminance"]

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


def _statistics(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    colors = pixels.reshape(-1, 3).astype(np.float64)
    mean = colors.mean(axis=0)
    centred = colors - mean
    return mean, centred.T @ centred / len(colors)


def _power(covariance: np.ndarray, exponent: float, least: float) -> np.ndarray:
    """The symmetric power of a covariance, whose eigenvalues are raised to `least` first."""
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.maximum(values, least) ** exponent) @ vectors.T
