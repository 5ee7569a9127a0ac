import pytest
import tensorflow as tf

from nst_tf.backbones import feature_extractor, load_backbone
from nst_tf.bench.rates import convolution_flops, measure_rates


def test_vgg16_to_conv5_1_takes_575_kflop_per_pixel():
    extractor = feature_extractor(load_backbone(), ["relu5_1"])
    assert convolution_flops(extractor, 512, 512) / 512**2 == pytest.approx(575e3, rel=0.01)


def test_a_matrix_product_is_measured_as_one():
    matrix = tf.random.stateless_uniform([1024, 1024], seed=[0, 0])
    product = tf.function(lambda: tf.matmul(matrix, matrix)[0, 0])
    rates = measure_rates(product, 2.0 * 1024**3)
    assert 0.1 < rates.fraction < 2
    assert rates.evaluation == pytest.approx(2e-9 * 1024**3 / rates.seconds)
    assert rates.seconds > 0
