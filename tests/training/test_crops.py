import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from benchmarks.serving.hostile import mutations, other_sources, sources
from nst_tf.training import crops
from nst_tf.training.crops import random_crop, read_square, readable_crops, square_side, ten_crops

from ..mutated import COUNT


def test_square_side_has_the_papers_proportion():
    assert [square_side(side) for side in (224, 56, 64)] == [256, 64, 73]


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.webp", "mistaken.jpg"])
def test_the_square_is_the_centre_of_the_image(tmp_path, name):
    pixels = np.random.default_rng(0).integers(0, 256, (8, 14, 3), np.uint8)
    kind = "PNG" if name == "mistaken.jpg" else None
    Image.fromarray(pixels).save(tmp_path / name, format=kind, lossless=True)
    square = read_square(tf.constant(str(tmp_path / name)), 8)
    np.testing.assert_allclose(square, pixels[:, 3:11] / 255, atol=1e-6)


def test_an_image_too_large_to_train_with_is_skipped_and_never_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(crops, "MOST_PIXELS", 80)
    for name in ("a.png", "b.png"):
        Image.new("L", (5, 4)).save(tmp_path / name)
    Image.new("1", (9, 9)).save(tmp_path / "bomb.png")
    skipped, files = {}, [tmp_path / name for name in ("a.png", "bomb.png", "b.png")]
    assert len(list(readable_crops(files, 4, skipped))) == 2
    assert skipped == {str(tmp_path / "bomb.png"): "it has 9x9 pixels, more than 80"}
    assert list(readable_crops(files[1:2], 4, {})) == []


def test_a_smaller_square_is_antialiased(tmp_path):
    checks = (np.indices((64, 64)).sum(0) % 2 * 255).astype(np.uint8)
    Image.fromarray(np.stack([checks] * 3, -1)).save(tmp_path / "a.png")
    np.testing.assert_allclose(read_square(tf.constant(str(tmp_path / "a.png")), 8), 0.5, atol=0.02)


def test_random_crops_are_all_the_crops_and_their_mirror_images():
    square = np.random.default_rng(0).random((5, 5, 3), np.float32)
    every = {
        (row, column, mirrored): square[row : row + 4, column : column + 4][:, :: -1 if mirrored else 1]
        for row in (0, 1) for column in (0, 1) for mirrored in (False, True)
    }  # fmt: skip
    crops = [random_crop(tf.constant(square), 4, tf.constant([7, seed], tf.int64)).numpy() for seed in range(400)]
    found = [next(key for key, one in every.items() if np.array_equal(one, crop)) for crop in crops]
    counts = [found.count(key) for key in every]
    assert min(counts) > 25
    assert max(counts) < 80


def test_a_random_crop_is_a_function_of_its_seed():
    square = tf.random.stateless_uniform((20, 20, 3), [0, 0])
    crops = [random_crop(square, 8, tf.constant(seed, tf.int64)).numpy() for seed in ([1, 2], [1, 2], [1, 3])]
    np.testing.assert_array_equal(crops[0], crops[1])
    assert not np.array_equal(crops[0], crops[2])


def test_ten_crops_are_corners_and_centre_and_mirrored():
    square = np.arange(36 * 3, dtype=np.float32).reshape(6, 6, 3)
    five = [square[:4, :4], square[:4, 2:], square[2:, :4], square[2:, 2:], square[1:5, 1:5]]
    crops = ten_crops(tf.constant(square), 4)
    np.testing.assert_array_equal(crops, np.stack(five + [crop[:, ::-1] for crop in five]))


def test_a_damaged_image_is_shown_or_skipped_with_a_reason_of_one_line(tmp_path, capfd):
    files = [tmp_path / f"{number}.jpg" for number in range(COUNT)]
    for file, data in zip(files, mutations(COUNT, files=[*sources(), *other_sources()]), strict=True):
        file.write_bytes(data)
    skipped = {}
    assert len(list(readable_crops(files, 8, skipped))) == COUNT - len(skipped)
    assert 0 < len(skipped) < COUNT
    assert not [reason for reason in skipped.values() if "\n" in reason or "node" in reason]
