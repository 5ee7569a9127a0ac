"""Which images are trained with, and which are held out."""

import shutil
from pathlib import Path

import pytest

from nst_tf.errors import InputError
from nst_tf.training.training_images import find_training_images

PHOTOS = Path(__file__).parents[1] / "data" / "photos"


def test_a_tenth_is_held_out_whatever_the_other_files(tmp_path):
    shutil.copytree(PHOTOS, tmp_path / "photos")
    found = find_training_images(tmp_path / "photos")
    assert len(found.held_out) == 1
    assert len(found.train) == 11
    assert not set(found.train) & set(found.held_out)
    assert found.digest() == find_training_images(PHOTOS).digest()
    found.train[0].unlink()
    fewer = find_training_images(tmp_path / "photos")
    assert fewer.held_out == found.held_out
    assert fewer.digest() != found.digest()


def test_unreadable_files_are_skipped_with_their_reason(tmp_path):
    shutil.copytree(PHOTOS, tmp_path / "photos")
    (tmp_path / "photos" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    found = find_training_images(tmp_path / "photos")
    assert list(found.skipped) == ["broken.jpg"]
    assert len(found.train) + len(found.held_out) == 12


def test_too_few_images_are_refused(tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"nothing")
    shutil.copy(next(PHOTOS.rglob("*.jpg")), tmp_path / "one.jpg")
    with pytest.raises(InputError, match="has 1 readable images; it must have 2 or more"):
        find_training_images(tmp_path)
    with pytest.raises(InputError, match="there is no folder"):
        find_training_images(tmp_path / "none")
