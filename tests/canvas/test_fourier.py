import numpy as np
import pytest
import tensorflow as tf

from nst_tf.canvas.fourier import from_waves, to_waves

SHAPES = [(2, 8, 10, 3), (1, 7, 5, 3), (1, 6, 9, 1)]


def in_numpy(coefficients):
    """The signal by NumPy's inverse real transform of the Fourier coefficients that these Hartley ones stand for."""
    _, height, width, _ = coefficients.shape
    opposite = np.roll(coefficients[:, ::-1, ::-1], 1, axis=(1, 2))  # c(-k)
    spectrum = (coefficients + opposite) / 2 + 1j * (opposite - coefficients) / 2
    rows, columns = np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None]
    scale = 1 / np.maximum(np.hypot(rows, columns), 1 / max(height, width))
    half = (spectrum * scale[None, :, :, None])[:, :, : width // 2 + 1]
    return np.sqrt(2 * height * width) * np.fft.irfft2(half, s=(height, width), axes=(1, 2))


def normal(seed, shape):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("shape", SHAPES)
def test_waves_are_those_of_the_inverse_fourier_transform(shape):
    coefficients = normal(0, shape)
    np.testing.assert_allclose(from_waves(coefficients), in_numpy(coefficients.astype(np.float64)), atol=2e-5)


def test_one_coefficient_is_one_wave():
    coefficients = np.zeros((1, 8, 8, 1), np.float32)
    coefficients[0, 0, 2, 0] = 1
    angle = 2 * np.pi * 2 / 8 * np.arange(8)
    expected = np.sqrt(2) / 8 / (2 / 8) * (np.cos(angle) + np.sin(angle))  # gain, over the root of 64 pixels, s
    np.testing.assert_allclose(from_waves(coefficients)[0, :, :, 0], np.tile(expected, (8, 1)), atol=1e-6)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_signal_has_its_coefficients(shape):
    signal = normal(1, shape)
    np.testing.assert_allclose(from_waves(to_waves(signal)), signal, atol=1e-5)


@pytest.mark.parametrize("shape", SHAPES[1:])
def test_gradient_is_the_transposed_map(shape):
    coefficients, weights = tf.constant(normal(2, shape)), normal(3, shape)
    with tf.GradientTape() as tape:
        tape.watch(coefficients)
        value = tf.reduce_sum(weights * from_waves(coefficients))
    units = np.eye(coefficients[0].shape.num_elements(), dtype=np.float32).reshape(-1, *shape[1:])
    expected = (in_numpy(units.astype(np.float64)) * weights).sum(axis=(1, 2, 3)).reshape(shape)
    np.testing.assert_allclose(tape.gradient(value, coefficients), expected, atol=1e-4)


def test_coefficients_of_noise_make_a_spectrum_that_falls_with_the_frequency():
    signal = from_waves(normal(4, (16, 32, 32, 3))).numpy()
    power = (np.abs(np.fft.fft2(signal, axes=(1, 2))) ** 2).mean(axis=(0, 3))
    np.testing.assert_allclose(power[0, [2, 4, 8]] / power[0, 8], [16, 4, 1], rtol=0.5)
