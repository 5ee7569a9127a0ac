"""The last block, solved for."""

from pathlib import Path

import numpy as np
import pytest

from nst_tf.backbones import feature_extractor, load_backbone
from nst_tf.images import read_frame
from nst_tf.one_pass.decoder import build_decoder
from nst_tf.training.decoder.last_block import SIDE, solve_last_block

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
FILES = sorted((Path(__file__).parents[2] / "data" / "photos").rglob("*.jpg"))[:3]


def test_no_other_weights_are_better():
    encoder = feature_extractor(load_backbone("vgg16", padding="replicate"), ["relu1_1"])
    decoder = build_decoder("relu1_1")
    solve_last_block(decoder, encoder, FILES)
    images = np.stack([read_frame(file, SIDE) for file in FILES])
    features = encoder(images)["relu1_1"]

    def error():
        return float(np.mean((decoder(features)["image"] - images) ** 2))

    least, weights = error(), decoder.get_weights()
    assert least < 1e-3
    generator = np.random.default_rng(0)
    for _ in range(5):
        decoder.set_weights([weight + 1e-3 * generator.normal(size=weight.shape) for weight in weights])
        assert error() > least
