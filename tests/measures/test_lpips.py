import numpy as np
import pytest

from nst_tf.backbones.registry import file_hash, open_weights
from nst_tf.errors import InputError
from nst_tf.images import read_image, resize
from nst_tf.measures.lpips import HEADS, lpips
from nst_tf.samples import sample

from .numpy_alexnet import alexnet


def by_definition(first, second):
    total = 0
    with open_weights(HEADS) as stream, np.load(stream) as heads:
        for index, pair in enumerate(zip(alexnet(2 * first - 1), alexnet(2 * second - 1), strict=True)):
            f, g = (maps / (np.linalg.norm(maps, axis=-1, keepdims=True) + 1e-10) for maps in pair)
            total += ((f - g) ** 2 @ heads[f"lin{index}"]).mean()
    return total


@pytest.fixture(scope="module")
def pair():
    pixels = (read_image(sample(name)).pixels for name in ("neuschwanstein", "great_wave"))
    return [np.clip(resize(one, (67, 90)), 0, 1) for one in pixels]


def test_equals_its_definition_in_float64(pair):
    assert lpips(*pair) == pytest.approx(by_definition(*pair), rel=1e-4)


def test_a_picture_is_at_distance_0_from_itself(pair):
    assert lpips(pair[0], pair[0]) < 1e-12  # but for rounding: threads divide a batch of two elsewhere


def test_is_symmetric_and_grows_with_the_noise(pair):
    noise = np.random.default_rng(0).uniform(-1, 1, pair[0].shape).astype(np.float32)
    near, far = (np.clip(pair[0] + strength * noise, 0, 1) for strength in (0.02, 0.2))
    assert 0 < lpips(pair[0], near) < lpips(pair[0], far)
    assert lpips(pair[0], far) == pytest.approx(lpips(far, pair[0]), rel=1e-5)


def test_pictures_too_small_for_the_network_are_refused(pair):
    with pytest.raises(InputError, match="31x31 or larger"):
        lpips(pair[0][:30], pair[1][:30])


def test_its_heads_are_in_the_package_with_hash_and_licence():
    with HEADS.path.open("rb") as stream:
        assert file_hash(stream, "sha256") == HEADS.hash
    assert (HEADS.licence, HEADS.base) == ("BSD-2-Clause", "alexnet")
