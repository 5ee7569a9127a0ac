"""Keras layers, registered under the package `nst_tf`: pooling by maximum and the way back through its switches, by
average and by L2 norm, the latter two scaled to the size of max pooling; contrast normalisation, and that of instances
by style; subtraction of a mean image; enlargement with a convolution, and cropping; and padding with the edge, the
opposite one or a reflection. All take `(batch, height, width, channels)`.
"""

from nst_tf.layers.circular_pad import CircularPad
from nst_tf.layers.conditional_instance_norm import ConditionalInstanceNorm
from nst_tf.layers.contrast_norm import ContrastNorm
from nst_tf.layers.crop_like import CropLike
from nst_tf.layers.preprocess import Preprocess
from nst_tf.layers.reflect_pad import ReflectPad
from nst_tf.layers.replicate_pad import ReplicatePad
from nst_tf.layers.scaled_average_pool import ScaledAveragePool
from nst_tf.layers.scaled_l2_pool import ScaledL2Pool
from nst_tf.layers.subtract_mean import SubtractMean
from nst_tf.layers.switch_max_pool import SwitchMaxPool
from nst_tf.layers.switch_unpool import SwitchUnpool
from nst_tf.layers.upsample_conv import UpsampleConv2D

__all__ = [
    "CircularPad",
    "ConditionalInstanceNorm",
    "ContrastNorm",
    "CropLike",
    "Preprocess",
    "ReflectPad",
    "ReplicatePad",
    "ScaledAveragePool",
    "ScaledL2Pool",
    "SubtractMean",
    "SwitchMaxPool",
    "SwitchUnpool",
    "UpsampleConv2D",
]
