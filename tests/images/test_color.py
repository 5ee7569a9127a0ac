import numpy as np
import pytest

from nst_tf.images import (
    colors_for_transfer,
    luminance,
    match_color,
    match_luminance,
    restore_color,
    with_luminance,
)

RGB_TO_YIQ = np.array([[0.299, 0.587, 0.114], [0.595716, -0.274453, -0.321263], [0.211456, -0.522591, 0.311135]])


def cloud(seed, low=0.3, high=0.7, size=(30, 40)):
    """Correlated colours well inside of [0, 1]."""
    rng = np.random.default_rng(seed)
    mixed = rng.random((*size, 3)) @ rng.random((3, 3))
    return (low + (high - low) * (mixed - mixed.min()) / (mixed.max() - mixed.min())).astype(np.float32)


def statistics(pixels):
    colors = pixels.reshape(-1, 3).astype(np.float64)
    return colors.mean(axis=0), np.cov(colors.T, bias=True)


def test_luminance_is_y():
    pixels = cloud(0)
    np.testing.assert_allclose(luminance(pixels), (pixels.astype(float) @ RGB_TO_YIQ.T)[..., 0], atol=1e-6)


def test_with_luminance_exchanges_y_and_keeps_i_and_q():
    color, other = cloud(0), cloud(1)
    yiq = color.astype(float) @ RGB_TO_YIQ.T
    yiq[..., 0] = (other.astype(float) @ RGB_TO_YIQ.T)[..., 0]
    expected = np.clip(yiq @ np.linalg.inv(RGB_TO_YIQ).T, 0, 1)
    np.testing.assert_allclose(with_luminance(color, other), expected, atol=1e-5)


def test_with_luminance_stays_in_range():
    result = with_luminance(np.float32([[[1, 0, 0]]]), np.ones((1, 1, 3), np.float32))
    np.testing.assert_allclose(result, [[[1, 0.701, 0.701]]], atol=1e-6)


def test_match_luminance_matches_mean_and_deviation():
    style, content = cloud(0), cloud(1, 0.4, 0.6, (20, 21))
    matched = match_luminance(style, content).astype(float)
    target = content.astype(float) @ RGB_TO_YIQ[0]
    assert matched.mean() == pytest.approx(target.mean(), abs=1e-6)
    assert matched.std() == pytest.approx(target.std(), abs=1e-6)


def test_match_luminance_of_a_flat_style_is_flat():
    content = cloud(1)
    matched = match_luminance(np.full((4, 4, 3), 0.2, np.float32), content)
    np.testing.assert_allclose(matched, luminance(content).mean(), atol=1e-5)


def test_match_color_matches_mean_and_covariance():
    style, content = cloud(0), cloud(1, 0.4, 0.6, (20, 21))
    mean, covariance = statistics(content)
    matched = match_color(style, content)
    assert matched.dtype == np.float32
    assert 0 < matched.min() < matched.max() < 1
    matched_mean, matched_covariance = statistics(matched)
    np.testing.assert_allclose(matched_mean, mean, atol=1e-6)
    np.testing.assert_allclose(matched_covariance, covariance, rtol=1e-4, atol=1e-7)


def test_match_color_to_itself_is_identity():
    style = cloud(0)
    np.testing.assert_allclose(match_color(style, style), style, atol=1e-5)


def test_single_color_style_becomes_the_mean_of_the_content():
    content = cloud(0)
    matched = match_color(np.full((5, 6, 3), 0.9, np.float32), content)
    np.testing.assert_allclose(matched, np.broadcast_to(statistics(content)[0], (5, 6, 3)), atol=1e-4)


def test_single_color_content_is_taken_over():
    matched = match_color(cloud(0), np.full((5, 6, 3), 0.25, np.float32))
    np.testing.assert_allclose(matched, 0.25, atol=1e-5)


def test_noise_of_a_grey_style_is_not_blown_up():
    grey = np.repeat(cloud(0)[..., :1], 3, axis=-1)
    noisy = grey + np.random.default_rng(0).normal(0, 1e-4, grey.shape).astype(np.float32)
    difference = match_color(noisy, cloud(1)) - match_color(grey, cloud(1))
    assert np.abs(difference).max() < 0.02


def test_result_is_clipped():
    matched = match_color(cloud(0), np.random.default_rng(1).integers(0, 2, (20, 20, 3)).astype(np.float32))
    assert matched.min() == 0
    assert matched.max() == 1


CONTENT, STYLE = cloud(11), cloud(12, 0.1, 0.6, (20, 30))


def test_with_luminance_preserved_the_network_sees_grey_and_the_result_has_the_contents_chroma():
    guide, (style,) = colors_for_transfer(CONTENT, [STYLE], "luminance")
    assert np.ptp(guide, axis=2).max() == 0
    assert np.ptp(style, axis=2).max() == 0
    assert style.mean() == pytest.approx(guide.mean(), abs=0.02)
    grey = np.full_like(CONTENT, 0.5)
    result = restore_color(grey, CONTENT, "luminance")
    inside = ((result > 0) & (result < 1)).all(axis=2)
    chroma = lambda image: image - luminance(image)[..., None]  # noqa: E731
    np.testing.assert_allclose(chroma(result)[inside], chroma(CONTENT)[inside], atol=1e-5)
    np.testing.assert_allclose(luminance(result)[inside], 0.5, atol=1e-5)


def test_with_the_histogram_preserved_the_style_has_the_contents_mean_colour():
    guide, (style,) = colors_for_transfer(CONTENT, [STYLE], "histogram")
    assert guide is CONTENT
    np.testing.assert_allclose(style.mean((0, 1)), CONTENT.mean((0, 1)), atol=0.03)


def test_without_preservation_nothing_changes():
    guide, styles = colors_for_transfer(CONTENT, [STYLE], None)
    assert guide is CONTENT
    assert styles[0] is STYLE
    assert restore_color(guide, STYLE, None) is guide
