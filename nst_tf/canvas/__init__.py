"""What is optimised: images as pixels."""

from nst_tf.canvas.pixels import enlarge, lanczos, noise

__all__ = ["enlarge", "lanczos", "noise"]
