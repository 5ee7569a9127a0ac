"""How well a network uses its architecture (Zeiler and Fergus 2013, sections 3.1 and 4.1): measures by which two can be
compared, each streamed over a folder of images. The paper judges by eye; the formulas are ours.
"""

from nst_tf.visualize.diagnosis.diagnose import Diagnosis, LayerDiagnosis, diagnose

__all__ = ["Diagnosis", "LayerDiagnosis", "diagnose"]
