"""Random crops as a function of the seed and the number of the update."""

import numpy as np
import pytest
import tensorflow as tf

from nst_tf.images import Picture, write_image
from nst_tf.training.crop_batches import crop_batches

ALONE = tf.distribute.InputContext()


@pytest.fixture
def files(tmp_path):
    """Five images of one colour each, all of other sizes, one smaller than a crop."""
    paths = []
    for number, size in enumerate([(20, 40), (64, 30), (8, 12), (33, 33), (50, 100)]):
        paths.append(tmp_path / f"{number}.png")
        write_image(paths[-1], Picture(np.full((*size, 3), 0.2 * number, np.float32)))
    return paths


def _take(files, count, context=ALONE, **options):
    batches = crop_batches(files, context, **{"side": 16, "batch": 4, "seed": 0, "first": 0, **options})
    return [batch.numpy() for batch in batches.take(count)]


def test_every_image_comes_once_in_each_turn(files):
    numbers = np.concatenate([batch[:, 0, 0, 0] / 0.2 for batch in _take(files, 5)]).round().astype(int)
    turns = numbers.reshape(4, 5)
    assert [sorted(turn) for turn in turns.tolist()] == [[0, 1, 2, 3, 4]] * 4
    assert len({tuple(turn) for turn in turns.tolist()}) > 1


def test_a_run_that_goes_on_sees_what_it_would_have_seen(files):
    for ours, theirs in zip(_take(files, 2, first=3), _take(files, 5)[3:], strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_workers_share_each_batch(files):
    parts = [_take(files, 2, tf.distribute.InputContext(2, index, 2)) for index in range(2)]
    for alone, first, second in zip(_take(files, 2), *parts, strict=True):
        np.testing.assert_array_equal(np.concatenate([first, second]), alone)


def test_crops_are_parts_of_the_image_at_several_scales(tmp_path):
    """Of a ramp from left to right, a crop is a ramp too; its slope says how large the part was."""
    ramp = np.broadcast_to(np.linspace(0, 1, 128, dtype=np.float32)[None, :, None], (128, 128, 3))
    write_image(tmp_path / "ramp.png", Picture(ramp), bit_depth=16)
    crops = np.concatenate(_take([tmp_path / "ramp.png"], 16))
    slopes = (crops[:, 8, 12, 0] - crops[:, 8, 4, 0]) / 8 * 127
    assert {True, False} == set(slopes > 0)  # half of them are mirrored
    assert np.abs(slopes).min() > 0.9
    assert np.abs(slopes).min() < 2
    assert np.abs(slopes).max() < 8.5
    assert np.abs(slopes).max() > 5


def test_another_seed_gives_other_crops(files):
    assert not np.array_equal(_take(files, 1)[0], _take(files, 1, seed=1)[0])
