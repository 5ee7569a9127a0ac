"""How an image is optimised: L-BFGS and Adam, and the compiled loop that runs them."""

from nst_tf.optimize.adam import Adam
from nst_tf.optimize.lbfgs import Lbfgs
from nst_tf.optimize.loop import Loop, Optimizer, any_size

__all__ = ["Adam", "Lbfgs", "Loop", "Optimizer", "any_size"]
