import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.training import find_classes
from nst_tf.training.convnet.ten_crop import TenCrop
from nst_tf.training.crops import read_square, square_side, ten_crops

SIDE = 14


@pytest.fixture
def model():
    keras.utils.set_random_seed(0)
    unlikely = keras.initializers.Constant(np.array([-9, 0, 0, 0, 0, 0, 0]))
    layers = [keras.layers.Conv2D(4, 5), keras.layers.Flatten(), keras.layers.Dropout(0.5)]
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            *layers,
            keras.layers.Dense(7, bias_initializer=unlikely),
            keras.layers.Softmax(),
        ]
    )


def test_logs_are_those_of_the_mean_probabilities_over_ten_crops(folder, model):
    images = find_classes(folder).train  # 39, not a multiple of the batch
    callback = TenCrop(images, tf.distribute.get_strategy(), SIDE)
    callback.set_model(model)
    callback.on_train_begin()
    for _ in range(2):
        logs = {"loss": 1.0}
        callback.on_epoch_end(0, logs)
    squares = [read_square(tf.constant(str(file)), square_side(SIDE)) for file in images.files]
    probabilities = np.stack([model(ten_crops(square, SIDE)).numpy().mean(axis=0) for square in squares])
    labels = np.array(images.labels)
    ranks = np.argsort(-probabilities, axis=1)
    expected = {
        "loss": 1.0,
        "val_loss": -np.log(probabilities[np.arange(len(labels)), labels]).mean(),
        "val_error": (ranks[:, 0] != labels).mean(),
        "val_top5_error": (ranks[:, :5] != labels[:, None]).all(axis=1).mean(),
    }
    assert logs == pytest.approx(expected, rel=1e-5)
    assert 0 < logs["val_top5_error"] < logs["val_error"]
