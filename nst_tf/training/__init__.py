"""Training convolutional networks on folders of photographs."""

from nst_tf.training.convnet.ablation import PAPER_VARIANTS, Variant, ablate
from nst_tf.training.convnet.ablation_table import Ablation, AblationRow
from nst_tf.training.convnet.class_folders import ClassFolders, find_classes
from nst_tf.training.convnet.classifier import TrainedClassifier
from nst_tf.training.convnet.head import train_head
from nst_tf.training.convnet.train import train_convnet
from nst_tf.training.convnet.zeiler_fergus import FilterRms, PlateauAnnealing
from nst_tf.training.strategy import open_strategy

__all__ = [
    "PAPER_VARIANTS",
    "Ablation",
    "AblationRow",
    "ClassFolders",
    "FilterRms",
    "PlateauAnnealing",
    "TrainedClassifier",
    "Variant",
    "ablate",
    "find_classes",
    "open_strategy",
    "train_convnet",
    "train_head",
]
