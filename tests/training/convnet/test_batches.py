import itertools

import numpy as np
import pytest
import tensorflow as tf

from nst_tf.training import find_classes
from nst_tf.training.convnet.batches import _fold, evaluation_batches, training_batches
from nst_tf.training.crops import random_crop, read_square, square_side, ten_crops

SIDE = 14


@pytest.fixture
def images(folder):
    return find_classes(folder).train  # 39 of them, all different


def context(worker=0, workers=1, replicas=1):
    return tf.distribute.InputContext(workers, worker, replicas)


def take(images, count, where=None, **options):
    batches = training_batches(images, where or context(), side=SIDE, **{"batch": 8, "seed": 3, "epoch": 0, **options})
    return [(x.numpy(), y.numpy()) for x, y in itertools.islice(batches, count)]


def same(first, second):
    return all(np.array_equal(a, b) for x, y in zip(first, second, strict=True) for a, b in zip(x, y, strict=True))


def test_a_later_epoch_is_the_same_without_those_before(images):
    whole = take(images, 12)
    assert same(take(images, 8, epoch=1), whole[4:])
    assert same(take(images, 4, epoch=2), whole[8:])
    assert not same(whole[:4], whole[4:8])
    assert not same(take(images, 4, seed=4), whole[:4])


def test_an_epoch_shows_each_image_at_most_once_and_crops_it_by_its_number(images):
    batches = take(images, 4, epoch=5)
    squares = [read_square(tf.constant(str(file)), square_side(SIDE)) for file in images.files]
    key = _fold(tf.constant([3, 0], tf.int64), 5)
    crops = [random_crop(square, SIDE, _fold(key, index)).numpy() for index, square in enumerate(squares)]
    shown = [
        next(index for index, crop in enumerate(crops) if np.allclose(crop, one, atol=1e-6))
        for x, _ in batches for one in x
    ]  # fmt: skip
    assert len(set(shown)) == len(shown) == 32
    assert [images.labels[index] for index in shown] == np.concatenate([y for _, y in batches]).tolist()


def test_the_workers_and_replicas_share_each_batch(images):
    whole = take(images, 8)
    parts = [take(images, 16, context(worker, 2, 4)) for worker in (0, 1)]
    for number, batch in enumerate(whole):
        shares = [share for part in parts for share in part[2 * number : 2 * number + 2]]
        assert same([tuple(np.concatenate(column) for column in zip(*shares, strict=True))], [batch])


@pytest.mark.parametrize(("workers", "replicas"), [(1, 1), (2, 2), (2, 4)])
def test_evaluation_shows_every_image_once_with_weight_1(images, workers, replicas):
    seen = []
    for worker in range(workers):
        for x, y, weights in evaluation_batches(images, context(worker, workers, replicas), side=SIDE, batch=16):
            assert x.shape == (16 // replicas, 10, SIDE, SIDE, 3)
            seen += [(one.numpy(), int(label)) for one, label, weight in zip(x, y, weights, strict=True) if weight]
    expected = [
        (ten_crops(read_square(tf.constant(str(file)), square_side(SIDE)), SIDE).numpy(), label)
        for file, label in zip(images.files, images.labels, strict=True)
    ]
    assert len(seen) == len(expected)
    for crops, label in expected:
        assert any(label == other and np.allclose(crops, one, atol=1e-6) for one, other in seen)
