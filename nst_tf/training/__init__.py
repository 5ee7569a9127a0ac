"""Training convolutional networks on folders of photographs."""

from nst_tf.training.ablation import PAPER_VARIANTS, Variant, ablate
from nst_tf.training.ablation_table import Ablation, AblationRow
from nst_tf.training.class_folders import ClassFolders, find_classes
from nst_tf.training.filter_rms import FilterRms
from nst_tf.training.head import train_head
from nst_tf.training.plateau import PlateauAnnealing
from nst_tf.training.strategy import open_strategy
from nst_tf.training.train import train_convnet
from nst_tf.training.trained import Trained

__all__ = [
    "PAPER_VARIANTS",
    "Ablation",
    "AblationRow",
    "ClassFolders",
    "FilterRms",
    "PlateauAnnealing",
    "Trained",
    "Variant",
    "ablate",
    "find_classes",
    "open_strategy",
    "train_convnet",
    "train_head",
]
