"""Small SavedModels whose answers are known by arithmetic."""

from pathlib import Path

import tensorflow as tf

STRING, FLOAT, INT = tf.string, tf.float32, tf.int32
TEN = tf.constant([10.0])


class Toy(tf.Module):
    """Signatures of the kinds that exported models have; `offset` tells versions apart."""

    def __init__(self, offset: float):
        super().__init__()
        self.offset = tf.Variable(offset)

    @tf.function(input_signature=[tf.TensorSpec([None], FLOAT, name="x")])
    def half(self, x):
        return {"y": x / 2 + self.offset}

    @tf.function(input_signature=[tf.TensorSpec([None, 2], FLOAT, name="a"), tf.TensorSpec([None], INT, name="b")])
    def several(self, a, b):
        return {"sum": tf.reduce_sum(a, 1), "b": b, "big": tf.cast(b, tf.int64) + 2**40, "positive": b > 0}

    @tf.function(input_signature=[tf.TensorSpec([None], STRING, name="image_bytes")])
    def text(self, image_bytes):
        tf.debugging.assert_none_equal(image_bytes, "bad", message="this image is bad")
        return {
            "copy_bytes": image_bytes,
            "name": tf.strings.join(["got ", image_bytes]),
            "length": tf.strings.length(image_bytes),
        }

    @tf.function(input_signature=[tf.TensorSpec([None], STRING, name="image_bytes")])
    def images(self, image_bytes):
        """Answers for each image, as exported models do: one that is `bad` has nothing in it."""
        bad = image_bytes == "bad"
        return {
            "picture_bytes": tf.where(bad, "", image_bytes),
            "status": tf.where(bad, 3, 0),
            "message": tf.where(bad, "this image is bad", ""),
        }

    @tf.function(
        input_signature=[
            tf.TensorSpec([None], FLOAT, name="x"),
            tf.TensorSpec([1], FLOAT, name="scale"),
        ]
    )
    def controls(self, x, scale=TEN):
        return {"y": x * scale, "mean": tf.reduce_mean(x)}

    @tf.function(input_signature=[tf.TensorSpec([None], INT, name="steps")])
    def slow(self, steps):
        """Takes about as many milliseconds as there are steps, and counts them."""
        matrix = tf.ones([300, 300])

        def step(count, _):
            product = tf.matmul(matrix, matrix + tf.cast(count, FLOAT))
            return count + 1, tf.reduce_sum(product)

        count, _ = tf.while_loop(lambda count, _: count < steps[0], step, [0, 0.0])
        return {"steps": tf.fill(tf.shape(steps), count)}


def save_toy(folder: Path, offset: float = 2.0) -> Path:
    """Writes a version with all signatures; moved into place, as `nst-tf export` does."""
    toy = Toy(offset)
    signatures = {
        "serving_default": toy.half,
        "several": toy.several,
        "text": toy.text,
        "images": toy.images,
        "controls": toy.controls,
        "slow": toy.slow,
    }
    beside = folder.with_name(f".{folder.name}.tmp")
    tf.saved_model.save(toy, str(beside), signatures=signatures)
    return beside.rename(folder)
