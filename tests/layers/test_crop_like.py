import keras
import numpy as np
import tensorflow as tf

from nst_tf.layers import CropLike


def test_keeps_the_top_left_part_of_the_size():
    maps = np.random.default_rng(0).random((2, 8, 12, 3), np.float32)
    like = np.zeros((2, 7, 10, 5), np.float32)
    np.testing.assert_array_equal(CropLike()([maps, like]), maps[:, :7, :10])
    assert CropLike().compute_output_shape([maps.shape, (None, None, 10, 5)]) == (2, None, 10, 3)


def test_saved_and_loaded_for_any_size(tmp_path):
    inputs = keras.Input((None, None, 3)), keras.Input((None, None, 1))
    keras.Model(inputs, CropLike()(inputs)).save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    graph = tf.function(loaded, autograph=False, reduce_retracing=True)
    for height, width in [(4, 5), (6, 1)]:
        maps = np.random.default_rng(0).random((1, 8, 8, 3), np.float32)
        np.testing.assert_array_equal(graph([maps, np.zeros((1, height, width, 1))]), maps[:, :height, :width])
