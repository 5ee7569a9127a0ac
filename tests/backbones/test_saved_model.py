"""SavedModel folders, written by TensorFlow."""

import numpy as np
import pytest
import tensorflow as tf

from nst_tf.backbones import feature_extractor, open_network, smallest_size
from nst_tf.backbones.saved_model import is_saved_model, load_saved_model
from nst_tf.errors import InputError


def save(path, function, *specs):
    module = tf.Module()
    module.call = tf.function(function, input_signature=specs)
    tf.saved_model.save(module, path, signatures=module.call)


def test_outputs_and_their_gradients_are_those_of_the_signature(tmp_path):
    images = tf.TensorSpec([None, None, None, 3], name="pixels")
    save(tmp_path, lambda pixels: {"square": pixels**2, "mean": tf.reduce_mean(pixels, axis=(1, 2))}, images)
    assert is_saved_model(tmp_path)
    network = load_saved_model(tmp_path)
    image = tf.constant(np.random.default_rng(0).random((2, 4, 5, 3)), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(image)
        mean, square = network(image)
        value = tf.reduce_sum(square)
    np.testing.assert_allclose(square, image**2, rtol=1e-6)
    np.testing.assert_allclose(mean, np.mean(image, axis=(1, 2)), rtol=1e-6)
    np.testing.assert_allclose(tape.gradient(value, image), 2 * image, rtol=1e-6)
    assert network.output_names == ["mean", "square"]


def test_that_a_saved_model_is_a_program_is_told_before_it_is_opened(tmp_path, caplog):
    (tmp_path / "saved_model.pb").write_bytes(b"rubbish")
    with pytest.raises(InputError):
        open_network(tmp_path, "unit")
    assert [record.getMessage() for record in caplog.records if record.name.startswith("nst_tf")] == [
        f"{tmp_path} is a program, which TensorFlow runs with your rights: use those of people whom you trust"
    ]


def test_the_smallest_image_is_known(tmp_path):
    pooled = lambda pixels: {"maps": tf.nn.max_pool2d(pixels, 5, 2, "VALID")}  # noqa: E731
    save(tmp_path, pooled, tf.TensorSpec([None, None, None, 3], name="pixels"))
    assert smallest_size(feature_extractor(load_saved_model(tmp_path), ["maps"])) == 5


def test_refuses_what_takes_no_images_or_is_damaged(tmp_path):
    save(tmp_path / "numbers", lambda x: {"y": x}, tf.TensorSpec([None, 3]))
    with pytest.raises(InputError, match=r"takes float32 \(None, 3\); it must take one batch of images, float32"):
        load_saved_model(tmp_path / "numbers")
    tf.saved_model.save(tf.Module(), tmp_path / "nothing")
    with pytest.raises(InputError, match=r"cannot open .*nothing as a SavedModel: .*serving_default"):
        load_saved_model(tmp_path / "nothing")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "saved_model.pb").write_bytes(b"rubbish")
    with pytest.raises(InputError, match=r"cannot open .*damaged as a SavedModel: "):
        load_saved_model(tmp_path / "damaged")
    assert not is_saved_model(tmp_path)
