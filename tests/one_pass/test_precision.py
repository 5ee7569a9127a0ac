"""One pass in narrow numbers, where a machine is faster with them."""

import numpy as np
import pytest
import tensorflow as tf

from nst_tf.backbones import precision
from nst_tf.backbones.precision import MachinePrecision
from nst_tf.errors import InputError
from nst_tf.measures.style_distance import style_distances
from nst_tf.one_pass.decoder import decode, levels_from
from nst_tf.one_pass.decoder_file import load_stylizer
from nst_tf.one_pass.painter import fast_stylize

from .small import small


@pytest.fixture(scope="module")
def castle():
    return small("neuschwanstein")


@pytest.fixture(scope="module")
def wave():
    return small("great_wave")


@pytest.fixture(scope="module")
def pictures(castle, wave):
    """What is painted in each precision, by its name."""
    kinds = ("float32", "bfloat16")
    return {kind: fast_stylize(castle, wave, size=96, precision=kind).pixels for kind in kinds}


def test_features_and_what_they_are_decoded_to_agree_to_a_fiftieth(castle):
    exact, narrow = (load_stylizer(precision=kind) for kind in ("float32", "bfloat16"))
    assert (exact.precision, narrow.precision) == ("float32", "bfloat16")
    image = tf.constant(castle[None, :64])
    for level in levels_from("relu4_1"):
        expected, found = (one.encoder(image)[level] for one in (exact, narrow))
        assert found.dtype == tf.bfloat16
        assert 0 < float(tf.norm(tf.cast(found, tf.float32) - expected)) < 0.02 * float(tf.norm(expected))
        made, same = (decode(one.decoder, level, expected)["image"] for one in (narrow, exact))
        assert made.dtype == tf.float32
        assert float(tf.norm(made - same)) < 0.02 * float(tf.norm(same))


def test_a_picture_is_about_as_near_to_the_style(wave, pictures):
    exact, narrow = (np.mean(list(style_distances(made, wave).values())) for made in pictures.values())
    assert narrow == pytest.approx(exact, rel=0.1)
    assert not np.array_equal(*pictures.values())


def test_the_same_run_gives_the_same_bytes(castle, wave, pictures):
    again = fast_stylize(castle, wave, size=96, precision="bfloat16").pixels
    assert again.tobytes() == pictures["bfloat16"].tobytes()


def test_without_strength_it_is_the_content(castle, wave):
    found = fast_stylize(castle, wave, size=96, strength=0, precision="bfloat16").pixels
    np.testing.assert_allclose(found, castle, atol=1e-5)


@pytest.mark.parametrize("kind", ["float32", "bfloat16"])
def test_auto_is_what_the_machine_is_faster_with(castle, wave, pictures, monkeypatch, kind):
    monkeypatch.setattr(precision, "machine_precision", lambda: MachinePrecision(kind, "it is a test"))
    assert fast_stylize(castle, wave, size=96).pixels.tobytes() == pictures[kind].tobytes()


def test_an_exported_network_computes_in_float32_whatever_the_machine(monkeypatch):
    monkeypatch.setattr(precision, "machine_precision", lambda: MachinePrecision("bfloat16", "it is a test"))
    assert load_stylizer().precision == "float32"


def test_an_unknown_precision_is_refused(castle, wave):
    with pytest.raises(InputError, match=r"precision .*'half'.*auto, float32, bfloat16"):
        fast_stylize(castle, wave, size=96, precision="half")
