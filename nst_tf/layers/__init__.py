"""Keras layers, registered under the package `nst_tf`: pooling by maximum, by average and by L2 norm, the latter two
scaled to the size of max pooling, and padding with the edge. All take `(batch, height, width, channels)`.
"""

from nst_tf.layers.replicate_pad import ReplicatePad
from nst_tf.layers.scaled_average_pool import ScaledAveragePool
from nst_tf.layers.scaled_l2_pool import ScaledL2Pool
from nst_tf.layers.switch_max_pool import SwitchMaxPool

__all__ = ["ReplicatePad", "ScaledAveragePool", "ScaledL2Pool", "SwitchMaxPool"]
