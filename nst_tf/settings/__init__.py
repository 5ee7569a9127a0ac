"""Settings of what makes pictures, each described once: its help, unit, range and choices, and how it is served.

The command line, the checks and signatures of the API, the inputs of exported models, `nst-tf call` and the server's
page derive from the fields that `setting` makes.
"""

from nst_tf.settings.control import Control, controls
from nst_tf.settings.keywords import keywords
from nst_tf.settings.presets import Presets
from nst_tf.settings.setting import Served, Setting, check_ratios, describe, setting

__all__ = ["Control", "Presets", "Served", "Setting", "check_ratios", "controls", "describe", "keywords", "setting"]
