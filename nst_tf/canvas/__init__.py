"""What is optimised: images as pixels."""

from nst_tf.canvas.pixels import enlarge, noise

__all__ = ["enlarge", "noise"]
