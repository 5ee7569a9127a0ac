import numpy as np
import tensorflow as tf

from nst_tf.recipes.texture import histogram


def match_histogram(pixels, sources, shares):
    return histogram.match_histogram(tf.constant(pixels), list(map(tf.constant, sources)), shares).numpy()


def test_a_matched_histogram_is_the_sources_in_each_channel():
    rng = np.random.default_rng(3)
    pixels, source = rng.random((12, 10, 3), np.float32), rng.beta(2, 5, (12, 10, 3)).astype(np.float32)
    matched = match_histogram(pixels, [source], [2.0])
    for channel in range(3):
        ours, theirs = matched[..., channel].ravel(), source[..., channel].ravel()
        np.testing.assert_allclose(np.sort(ours), np.sort(theirs), atol=1e-6)
        np.testing.assert_array_equal(np.argsort(ours), np.argsort(pixels[..., channel].ravel()))


def test_a_histogram_of_another_size_is_matched_at_its_quantiles():
    rng = np.random.default_rng(4)
    pixels, source = rng.random((40, 50, 3), np.float32), rng.beta(2, 5, (30, 20, 3)).astype(np.float32)
    matched, levels = match_histogram(pixels, [source], [1.0]), np.linspace(0.01, 0.99, 50)
    for channel in range(3):
        expected = np.quantile(source[..., channel], levels)
        np.testing.assert_allclose(np.quantile(matched[..., channel], levels), expected, atol=5e-3)
    assert source.min() <= matched.min() <= matched.max() <= source.max()


def test_blended_histograms_hold_each_source_by_its_share():
    dark, light = np.full((4, 4, 3), 0.25, np.float32), np.full((9, 9, 3), 0.75, np.float32)
    pixels = np.random.default_rng(5).random((100, 100, 3), np.float32)
    matched = match_histogram(pixels, [dark, light], [1.0, 3.0])
    np.testing.assert_allclose((matched < 0.5).mean(axis=(0, 1)), 0.25, atol=0.05)


def test_values_are_those_of_numpys_interpolation():
    rng = np.random.default_rng(6)
    pixels, sources = rng.random((30, 20, 3), np.float32), [rng.random((9, 7, 3), np.float32) for _ in range(2)]
    matched = match_histogram(pixels, sources, [1.0, 2.0])
    for channel in range(3):
        values = np.concatenate([source[..., channel].ravel() for source in sources]).astype(np.float64)
        weights, order = np.repeat([1.0, 2.0], 63), np.argsort(values)
        upto = np.cumsum(weights[order])
        ranks = (np.argsort(np.argsort(pixels[..., channel], axis=None)) + 0.5) / 600
        expected = np.interp(ranks, (upto - weights[order] / 2) / upto[-1], values[order])
        np.testing.assert_allclose(matched[..., channel].ravel(), expected, atol=1e-7)


def test_only_what_a_mask_covers_is_matched():
    rng = np.random.default_rng(7)
    pixels, source = rng.random((12, 10, 3), np.float32), rng.random((6, 20, 3), np.float32)
    mask = np.zeros((1, 6, 20, 1), np.float32)
    mask[:, :, :5] = 1
    found = histogram.match_histogram(tf.constant(pixels), [tf.constant(source)], [1.0], [tf.constant(mask)]).numpy()
    np.testing.assert_allclose(found, match_histogram(pixels, [source[:, :5]], [1.0]), atol=1e-6)
