"""What a server must reach: a load script on `nst-tf serve` as a process, with AlexNet's features on relu5."""

from nst_tf.bench.serving.measured import FULL, SHORT, Extent, measure
from nst_tf.bench.serving.targets import missed

__all__ = ["FULL", "SHORT", "Extent", "measure", "missed"]
