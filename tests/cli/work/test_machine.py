import pytest

import nst_tf
from nst_tf.cli.work import machine
from nst_tf.cli.work.machine import MEASURES, convolution_flops

from ...shallow import on_few_layers


@pytest.fixture(autouse=True)
def brief(monkeypatch):
    """Rates that are as rough as they are quick to find."""
    monkeypatch.setattr(machine, "SIDE", 512)
    monkeypatch.setattr(machine, "ROUNDS", 2)


def _measured(part, size):
    measure, _ = MEASURES[part]
    return measure(size)


def test_vgg16_to_conv5_1_takes_575_kflop_per_pixel():
    extractor = nst_tf.feature_extractor(nst_tf.load_backbone(), ["relu5_1"])
    assert convolution_flops(extractor, 512, 512) / 512**2 == pytest.approx(575e3, rel=0.01)


def test_a_picture_consists_of_evaluations_whose_rate_is_a_part_of_the_matrix_products(monkeypatch):
    for name in ("stylize", "stylize_steps"):
        monkeypatch.setattr(nst_tf, name, on_few_layers(getattr(nst_tf, name), init="content"))
    figures = _measured("stylize", 64)
    assert (figures["width"], figures["height"]) == (64, 43)
    assert figures["picture"] > figures["evaluation"] > 0
    assert min(figures["gflops"], figures["matmul_gflops"], figures["fraction"]) > 0


def test_one_pass_has_the_size_that_was_asked_for():
    figures = _measured("fast", 128)
    assert (figures["width"], figures["height"]) == (128, 85)
    assert figures["picture"] > 0


def test_rates_of_networks_are_of_images_not_of_batches():
    figures = _measured("visualize", 96)
    assert figures["size"] == 96
    # A projection takes a forward pass, and more.
    assert figures["images"] > figures["projections"] > 0
