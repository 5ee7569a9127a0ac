"""The chain of blocks from features back to the image."""

import keras
import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.one_pass.decoder import LEVELS, build_decoder, decode, level_of, levels_from, normalised_error
from nst_tf.one_pass.decoder_file import load_decoder

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")

CHANNELS = dict(zip(LEVELS, (512, 256, 128, 64), strict=True))


def _features(level, rows=3, columns=2):
    return np.random.default_rng(0).random((2, rows, columns, CHANNELS[level]), np.float32)


@pytest.mark.parametrize("level", LEVELS)
def test_each_level_is_decoded_to_all_finer_ones_and_to_the_image(level):
    decoder = build_decoder(level)
    outputs = decoder(_features(level))
    finer = LEVELS[LEVELS.index(level) + 1 :]
    expected = {name: (2, 3 * 2**n, 2 * 2**n, CHANNELS[name]) for n, name in enumerate(finer, 1)}
    assert {name: tuple(output.shape) for name, output in outputs.items()} == {
        **expected,
        "image": (2, 3 * 2 ** len(finer), 2 * 2 ** len(finer), 3),
    }
    assert level_of(decoder) == level


def test_the_decoder_of_a_finer_level_is_the_end_of_the_chain():
    decoder = build_decoder("relu3_1")
    outputs = decoder(_features("relu3_1"))
    later = decode(decoder, "relu2_1", outputs["relu2_1"])
    assert list(later) == ["relu1_1", "image"]
    np.testing.assert_allclose(later["image"], outputs["image"], atol=1e-5)


def test_untrained_it_is_about_grey():
    decoder = build_decoder("relu1_1")
    np.testing.assert_allclose(decoder(np.zeros((1, 4, 4, 64), np.float32))["image"], 0.5, atol=1e-6)


def test_it_survives_saving(tmp_path):
    decoder = build_decoder("relu2_1")
    decoder.save(tmp_path / "decoder.keras")
    loaded = keras.saving.load_model(tmp_path / "decoder.keras")
    np.testing.assert_array_equal(loaded(_features("relu2_1"))["image"], decoder(_features("relu2_1"))["image"])
    assert level_of(loaded) == "relu2_1"


def test_the_error_is_in_units_of_the_level():
    assert float(
        normalised_error(np.full((1, 2, 2, 64), 1.6), np.full((1, 2, 2, 64), 0.8), "relu1_1")
    ) == pytest.approx(1)


def test_an_unknown_level_is_refused():
    with pytest.raises(InputError, match="unknown level 'relu5_1'; did you mean"):
        levels_from("relu5_1")


def test_the_bundled_decoder_decodes_from_the_coarsest_level():
    assert level_of(load_decoder()) == "relu4_1"
