"""The two-loop recursion against the BFGS update of a dense inverse Hessian."""

import numpy as np
import tensorflow as tf

from nst_tf.optimize.history import empty_history, low_pass, newton_direction, remember

SIZE = 6


def pairs(count, seed=0):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(SIZE, SIZE))
    changes = rng.normal(size=(count, SIZE))
    return changes, changes @ (root @ root.T)


def image(vectors):
    return tf.reshape(tf.constant(vectors), (-1, 1, SIZE // 3, 3))


def inverse_hessian(changes, bends, prior=None):
    newest, prior = bends[-1], np.eye(changes.shape[-1]) if prior is None else prior
    inverse = prior * (changes[-1] @ newest) / (newest @ prior @ newest)
    for s, y in zip(changes, bends, strict=True):
        away = np.eye(len(s)) - np.outer(s, y) / (s @ y)
        inverse = away @ inverse @ away.T + np.outer(s, s) / (s @ y)
    return inverse


def filled(changes, bends, length):
    history = empty_history(image(np.zeros(SIZE)), length)
    for s, y in zip(changes, bends, strict=True):
        history = remember(history, image(s), image(y), tf.constant([True]))
    return history


def direction(history, gradient, free=None, prior=lambda images: images):
    free = np.ones(SIZE) if free is None else free
    return np.reshape(newton_direction(history, image(gradient), image(free), prior), (-1, SIZE))


def test_direction_is_that_of_the_dense_update_with_the_last_pairs():
    gradient = np.random.default_rng(1).normal(size=SIZE)
    for count in (1, 3, 4, 5, 9):
        changes, bends = pairs(count)
        expected = -inverse_hessian(changes[-4:], bends[-4:]) @ gradient
        np.testing.assert_allclose(direction(filled(changes, bends, 4), gradient)[0], expected, rtol=1e-9)


def test_direction_starts_from_the_prior():
    gradient, (changes, bends) = np.random.default_rng(1).normal(size=SIZE), pairs(3)
    root = np.random.default_rng(2).normal(size=(SIZE, SIZE))
    matrix = root @ root.T
    expected = -inverse_hessian(changes, bends, matrix) @ gradient
    found = direction(filled(changes, bends, 4), gradient, prior=lambda one: image(np.reshape(one, -1) @ matrix))
    np.testing.assert_allclose(found[0], expected, rtol=1e-9)


def test_direction_with_held_pixels_is_that_of_the_problem_without_them():
    free = np.array([1, 0, 1, 1, 0, 1.0])
    (changes, bends), kept = pairs(3), free > 0
    assert all(s[kept] @ y[kept] > 0 for s, y in zip(changes, bends, strict=True))
    gradient = free * np.random.default_rng(1).normal(size=SIZE)
    found = direction(filled(changes, bends, 4), gradient, free)[0]
    expected = -inverse_hessian(changes[:, kept], bends[:, kept]) @ gradient[kept]
    np.testing.assert_allclose(found[kept], expected, rtol=1e-9)
    np.testing.assert_array_equal(found[~kept], 0)


def test_low_pass_weighs_each_wave_by_a_power_of_its_frequency():
    images = np.random.default_rng(0).normal(size=(2, 6, 9, 3))
    waves = np.fft.fft2(images, axes=(1, 2))
    cycles = np.hypot(np.fft.fftfreq(6)[:, None], np.fft.fftfreq(9))
    weights = np.maximum(cycles, 1 / 9) ** -0.75
    expected = np.fft.ifft2(waves * weights[:, :, None], axes=(1, 2)).real
    np.testing.assert_allclose(low_pass(tf.constant(images), 0.75), expected, rtol=1e-9)


def test_no_history_gives_no_direction():
    np.testing.assert_array_equal(
        direction(empty_history(image(np.zeros(SIZE)), 4), np.ones(SIZE)), np.zeros((1, SIZE))
    )


def test_keeps_only_pairs_of_positive_curvature():
    (change,), (bend,) = pairs(1)
    across = bend - change * (bend @ change) / (change @ change)
    for useless in (-bend, across, 0 * bend, bend * np.nan):
        assert filled([change], [useless], 4).stored == [0]
    assert filled([change], [bend], 4).stored == [1]


def test_images_remember_their_own_pairs_where_asked():
    history, gradients = empty_history(image(np.zeros((2, SIZE))), 3), np.random.default_rng(1).normal(size=(2, SIZE))
    (s0, y0), (s1, y1) = pairs(5, seed=0), pairs(5, seed=1)
    for n in range(5):
        where = tf.constant([True, n < 2])
        history = remember(history, image([s0[n], s1[n]]), image([y0[n], y1[n]]), where)
    np.testing.assert_array_equal(history.stored, [5, 2])
    expected = [-inverse_hessian(s0[-3:], y0[-3:]) @ gradients[0], -inverse_hessian(s1[:2], y1[:2]) @ gradients[1]]
    np.testing.assert_allclose(direction(history, gradients), expected, rtol=1e-9)


def test_pairs_can_be_kept_in_half_the_bytes():
    changes, bends = pairs(3)
    narrow = empty_history(image(np.zeros(SIZE)), 3, tf.bfloat16)
    for s, y in zip(changes, bends, strict=True):
        narrow = remember(narrow, image(s), image(y), tf.constant([True]))
    assert {pair.dtype for pair in narrow.pairs} == {tf.bfloat16}
    kept = np.reshape(tf.cast(narrow.pairs[::-1], tf.float64), (3, 2, SIZE)).swapaxes(0, 1)
    np.testing.assert_allclose(kept[0], changes, rtol=2**-8)
    gradient = np.random.default_rng(1).normal(size=SIZE)
    np.testing.assert_allclose(direction(narrow, gradient)[0], -inverse_hessian(*kept) @ gradient, rtol=1e-6)
