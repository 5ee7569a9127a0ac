"""A photograph and the bundled backbones, each loaded once."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nst_tf.backbones import load_backbone

PHOTO = Path(__file__).parents[1] / "data" / "kitten.jpg"


@pytest.fixture(scope="session")
def photo():
    """The function from a width and height to the photograph of that size, `(1, height, width, 3)` in [0, 1]."""

    def resized(width, height):
        with Image.open(PHOTO) as image:
            return np.asarray(image.resize((width, height)), np.float32)[None] / 255

    return resized


@pytest.fixture(scope="session")
def vgg16():
    return load_backbone("vgg16")


@pytest.fixture(scope="session")
def alexnet():
    return load_backbone("alexnet")
