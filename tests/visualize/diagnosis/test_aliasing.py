import keras
import numpy as np
import pytest

from nst_tf.backbones.graph import Graph
from nst_tf.visualize.diagnosis.aliasing import Aliasing

layers = keras.layers
SIDE = 64
IDENTITY = np.ones((1, 1))


def blur(size):
    """A kernel that lets pass what is slower than about 1 / size cycles per pixel."""
    one = np.hanning(size + 2)[1:-1]
    kernel = one[:, None] * one[None, :]
    return kernel / kernel.sum()


def network(first, stride, second=IDENTITY, own=1):
    """Two layers that do the same to all colours; `own` is the stride of the second."""
    image = keras.Input((None, None, 3))
    x = layers.Conv2D(1, first.shape, strides=stride, use_bias=False, name="conv1")(image)
    x = layers.ReLU(name="relu1")(x)
    x = layers.ReLU(name="relu2")(layers.Conv2D(1, second.shape, strides=own, use_bias=False, name="conv2")(x))
    model = keras.Model(image, x)
    model.get_layer("conv1").kernel.assign(np.repeat(first[..., None, None], 3, axis=2) / 3)
    model.get_layer("conv2").kernel.assign(second[..., None, None])
    return model


def score(model, images, stride, grid, chunk=8):
    aliasing = Aliasing(Graph(model), "relu2", (stride, stride), (grid, grid), SIDE)
    images = images[:, : SIDE + aliasing.margin, : SIDE + aliasing.margin]
    for start in range(0, len(images), chunk):
        aliasing.update(images[start : start + chunk])
    return aliasing.score


def wave(frequency, axis):
    """A picture that waves along one axis, `frequency` cycles per pixel."""
    line = 0.5 + 0.4 * np.cos(2 * np.pi * frequency * np.arange(80))
    picture = np.broadcast_to(line[:, None] if axis == 0 else line[None, :], (80, 80))
    return np.repeat(picture[None, :, :, None], 3, axis=3).astype(np.float32)


def natural(count=6):
    """Noise with the spectrum of photographs: amplitudes fall as 1 / frequency."""
    random = np.random.default_rng(0)
    frequency = np.hypot(np.fft.fftfreq(80)[:, None], np.fft.fftfreq(80)[None, :])
    spectrum = np.fft.fft2(random.normal(size=(count, 80, 80))) / np.maximum(frequency, 1 / 80)
    pictures = np.fft.ifft2(spectrum).real
    pictures = (pictures - pictures.min()) / np.ptp(pictures)
    return np.repeat(pictures[..., None], 3, axis=-1).astype(np.float32)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize(("frequency", "expected"), [(1 / 16, 0), (3 / 32, 0), (5 / 32, 1), (1 / 4, 1), (7 / 16, 1)])
def test_of_a_network_that_only_samples_it_is_0_below_the_nyquist_frequency_and_1_above(axis, frequency, expected):
    found = score(network(IDENTITY, 4), wave(frequency, axis), stride=4, grid=4)
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_equals_the_definition_in_numpy():
    images = natural(2)
    random = np.random.default_rng(1)
    model = network(random.uniform(-0.5, 1, (3, 3)), 2, random.uniform(-0.5, 1, (2, 2)), 2)
    found = score(model, images, stride=4, grid=2)
    high = total = 0.0
    for axis in (1, 2):
        moved = [np.roll(images, -shift, axis)[:, :SIDE, :SIDE] for shift in range(4)]
        maps = np.stack([model(image).numpy()[..., 0].astype(np.float64) for image in moved], axis=-1)
        lines = np.moveaxis(maps, axis, -2).reshape(-1, maps.shape[axis] * 4)
        window = np.hanning(lines.shape[1] + 2)[1:-1]
        lines = (lines - (lines @ window / window.sum())[:, None]) * window
        power = (np.abs(np.fft.fft(lines)) ** 2).sum(axis=0)
        frequency = np.abs(np.fft.fftfreq(lines.shape[1]))
        high, total = high + power[frequency > 1 / 4].sum(), total + power[frequency > 0].sum()
    assert total > 0
    np.testing.assert_allclose(found, high / total, rtol=1e-4)


def test_stride_4_over_sharp_filters_aliases_and_stride_2_over_smooth_ones_does_not():
    edges = np.array([[-1.0, 1.0], [1.0, -1.0]])
    coarse = score(network(edges, 4), natural(), stride=4, grid=4)
    fine = score(network(blur(9), 2), natural(), stride=2, grid=2)
    assert coarse > 0.5
    assert fine < 0.01


def test_a_blur_before_the_stride_lowers_it_and_a_longer_stride_raises_it():
    found = [score(network(blur(size), 4), natural(), stride=4, grid=4) for size in (1, 3, 9)]
    assert found[0] > 2 * found[1] > 4 * found[2]
    found = [score(network(blur(3), stride), natural(), stride=stride, grid=stride) for stride in (2, 4, 8)]
    assert found[2] > 2 * found[1] > 4 * found[0]


def test_a_network_without_stride_has_none():
    assert score(network(blur(3), 1), natural(), stride=1, grid=1) == 0


def test_parts_add_up_to_the_score_of_the_whole():
    model, images = network(blur(3), 4), natural()
    np.testing.assert_allclose(score(model, images, 4, 4, chunk=4), score(model, images, 4, 4), rtol=1e-5)
