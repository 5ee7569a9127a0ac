import numpy as np

from nst_tf.evidence.pictures import _falls, _mean_frequency


def test_the_mean_frequency_of_a_wave_is_its_own():
    wave = np.cos(2 * np.pi * np.arange(64) / 8)
    assert np.isclose(_mean_frequency(np.tile(wave[:, None, None], (1, 64, 3))), 1 / 8)


def test_each_value_is_checked_against_the_one_before():
    checks = _falls("error", {"a": 3.0, "b": 2.0, "c": 2.0})
    assert checks == {"error: b below a": True, "error: c below b": False}
