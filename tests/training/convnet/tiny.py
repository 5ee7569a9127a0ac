"""A network of a few hundred weights, and photographs of nothing; also a worker process of a distributed run:
`python tiny.py FOLDER RUN WEIGHTS.npz DEVICES`, with `TF_CONFIG` for several workers.
"""

import functools
import os
import sys

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from nst_tf.training import open_strategy, train_convnet
from nst_tf.training.convnet.train import ARCHITECTURES

OPTIONS = {"architecture": "tiny", "side": 14, "batch": 8, "learning_rate": 0.05}
UNDROPPED = {**OPTIONS, "architecture": "undropped", "epochs": 2}


def tiny(classes, *, side, width, mean, omit, maps, dropout=0.5):
    """Convolution, dropout and a dense layer on a quarter of the pixels' number, the mean subtracted."""
    image = keras.Input((side, side, 3), name="image")
    x = keras.layers.Normalization(mean=mean, variance=np.ones_like(mean), axis=(1, 2, 3), name="preprocess")(image)
    x = keras.layers.Conv2D(round(6 * width), 3, strides=2, name="conv1")(x)
    x = keras.layers.ReLU(name="relu1")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    x = keras.layers.Dropout(dropout, name="drop")(x)
    x = keras.layers.Dense(classes, name="fc")(x)
    return keras.Model(image, keras.layers.Softmax(name="softmax")(x))


undropped = functools.partial(tiny, dropout=0.0)


def write_images(folder, counts):
    """A folder for each class, whose images have noise and a colour of their own; two in three are not square."""
    rng = np.random.default_rng(0)
    for number, (name, count) in enumerate(counts.items()):
        (folder / name).mkdir(parents=True)
        for image in range(count):
            pixels = rng.integers(0, 100, (20 + image % 3 * 6, 24, 3), np.uint8)
            pixels[..., number % 3] += 120
            Image.fromarray(pixels).save(folder / name / f"{image:02}.png")
    return folder


def main(folder, run, weights, devices):
    """Trains for two epochs without dropout on some processors of this machine, and writes the weights to a file."""
    cpus = [f"CPU:{number}" for number in range(int(devices))]
    parts = [tf.config.LogicalDeviceConfiguration()] * len(cpus)
    tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], parts)
    mirrored = tf.distribute.MirroredStrategy(cpus) if len(cpus) > 1 else open_strategy()
    strategy = open_strategy("multiworker") if "TF_CONFIG" in os.environ else mirrored
    trained = train_convnet(folder, run, strategy=strategy, **UNDROPPED)
    np.savez(weights, *[np.asarray(value) for value in trained.model.trainable_weights])


if __name__ == "__main__":
    ARCHITECTURES["undropped"] = undropped
    main(*sys.argv[1:])
