"""The mean image of a data set, and which of its images cannot be read: one pass before it is trained on."""

import numpy as np

from nst_tf.errors import InputError
from nst_tf.training.convnet.class_folders import ClassFolders
from nst_tf.training.crops import readable_crops

__all__ = ["mean_image"]


def mean_image(folders: ClassFolders, side: int) -> tuple[np.ndarray, dict[str, str]]:
    """The mean image and the unreadable files of a data set; memory does not grow with it.

    Args:
        folders: The images.
        side: Of the network's input, in pixels.

    Returns:
        The mean of the central crops of the training images, float32 `(side, side, 3)` in [0, 1], and the path of each
        unreadable file within the folder with the reason.

    Raises:
        InputError: No image to train with can be read.
    """
    skipped: dict[str, str] = {}
    total, count = np.zeros((side, side, 3)), 0
    for crop in readable_crops(folders.train.files, side, skipped):
        total += crop
        count += 1
    if not count:
        raise InputError(f"none of the {len(folders.train.files)} images to train with in {folders.folder} can be read")
    for _ in readable_crops(folders.held_out.files, side, skipped):
        pass
    return (total / count).astype(np.float32), folders.within(skipped)
