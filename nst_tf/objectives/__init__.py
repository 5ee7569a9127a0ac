"""What an image is optimised for: objectives of features and pixels that compose with `+`, `-` and `*`."""

from nst_tf.objectives.activation import Activation, Direction
from nst_tf.objectives.content import Content
from nst_tf.objectives.gram import GramStyle
from nst_tf.objectives.moments import blend_moments, raw_moments
from nst_tf.objectives.objective import Objective
from nst_tf.objectives.resemblance import Resemblance
from nst_tf.objectives.total_variation import TotalVariation
from nst_tf.objectives.wasserstein import WassersteinStyle

__all__ = [
    "Activation",
    "Content",
    "Direction",
    "GramStyle",
    "Objective",
    "Resemblance",
    "TotalVariation",
    "WassersteinStyle",
    "blend_moments",
    "raw_moments",
]
