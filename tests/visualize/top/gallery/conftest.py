import numpy as np
import pytest

from nst_tf.visualize.top.gallery import FilterPictures, LayerResult


@pytest.fixture
def make_result():
    """Builds a result: filter 1 is dead, filter 2 has seven images and is active in four."""

    def make(layer="conv1", filters=4, images=12, side=6):
        random = np.random.default_rng(filters)
        activations = -np.sort(-random.uniform(1, 9, (filters, 9)).astype(np.float32), axis=1)
        chosen = np.stack([random.permutation(images)[:9] for _ in range(filters)]).astype(np.int32)
        activations[1] = 0
        activations[2:3, 4:7], activations[2:3, 7:], chosen[2:3, 7:] = 0, -np.inf, -1
        corners = random.integers(0, 20, (filters, 9, 2))
        return LayerResult(
            layer=layer,
            activations=activations,
            images=chosen,
            positions=random.integers(0, 13, (filters, 9, 2), np.int32),
            boxes=np.concatenate([corners, corners + side], axis=-1).astype(np.int32),
            sparsity=random.random(filters, np.float32),
        )

    return make


@pytest.fixture
def make_pictures(make_result):
    """Builds random pictures of the filters of such a result."""

    def make(filters=4, side=6, first=0):
        random = np.random.default_rng(filters)
        shape = (filters, 9, side, side, 3)
        patches, projections = random.integers(0, 256, shape, np.uint8), random.integers(-127, 128, shape, np.int8)
        return FilterPictures(first, make_result(filters=max(filters, 2)).active[:filters], patches, projections)

    return make
