"""Decoders on the disk."""

import json

import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.one_pass.decoder import build_decoder
from nst_tf.one_pass.decoder_file import load_decoder, load_stylizer, save_decoder

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")


@pytest.fixture
def saved(tmp_path):
    decoder = build_decoder("relu2_1")
    save_decoder(tmp_path / "decoder.npz", decoder, {"steps": 7})
    return decoder, tmp_path / "decoder.npz"


def _change(file, **changes):
    with np.load(file) as arrays:
        kept = dict(arrays)
    about = {**json.loads(str(kept.pop("about"))), **changes}
    np.savez(file, about=json.dumps(about), **kept)


def test_a_decoder_comes_back_as_it_was_to_half_precision(saved):
    decoder, file = saved
    for before, after in zip(decoder.get_weights(), load_decoder(file).get_weights(), strict=True):
        np.testing.assert_array_equal(after, before.astype(np.float16))


def test_the_folder_of_a_run_will_do(saved):
    assert load_decoder(saved[1].parent, "relu2_1").count_params() == saved[0].count_params()


def test_a_decoder_of_another_encoder_is_refused(saved):
    _change(saved[1], encoder="sha256:123")
    with pytest.raises(InputError, match="trained for an encoder with the weights sha256:123; ours have sha256:ccf7"):
        load_decoder(saved[1])


def test_a_decoder_of_another_level_is_refused(saved):
    with pytest.raises(InputError, match="decodes from relu2_1, not from relu4_1"):
        load_decoder(saved[1], "relu4_1")
    _change(saved[1], level="relu3_1")
    with pytest.raises(InputError, match="other shapes than a decoder from relu3_1"):
        load_decoder(saved[1])


def test_what_is_no_decoder_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"there is no decoder .*none.npz; `nst-tf train-decoder` makes one"):
        load_decoder(tmp_path / "none.npz")
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(InputError, match=r"text.npz is not a decoder"):
        load_decoder(tmp_path / "text.npz")
    with pytest.raises(InputError, match=r"there is no decoder .*decoder.npz"):
        load_stylizer(str(tmp_path))
