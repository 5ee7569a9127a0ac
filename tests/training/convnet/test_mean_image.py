import numpy as np
import pytest
import tensorflow as tf

from nst_tf.errors import InputError
from nst_tf.training import find_classes
from nst_tf.training.convnet.mean_image import mean_image
from nst_tf.training.crops import centre_crop, read_square, square_side


def test_the_mean_is_that_of_the_central_training_crops(folder):
    found = find_classes(folder)
    crops = [centre_crop(read_square(tf.constant(str(file)), square_side(14)), 14) for file in found.train.files]
    mean, skipped = mean_image(found, 14)
    np.testing.assert_allclose(mean, np.mean(crops, axis=0, dtype=np.float64), atol=1e-6)
    assert mean.dtype == np.float32
    assert skipped == {}


def test_unreadable_images_are_named_with_the_reason(folder):
    expected, _ = mean_image(find_classes(folder), 14)
    files = [folder / "ant" / name for name in ("empty.png", "text.jpg", "short.png")]
    contents = [b"", b"a letter", (folder / "ant" / "00.png").read_bytes()[:200]]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    found = find_classes(folder, held_out=0.4)
    mean, skipped = mean_image(found, 14)
    assert skipped.keys() == {"ant/empty.png", "ant/text.jpg", "ant/short.png"}
    assert skipped["ant/empty.png"] == "Input is empty."
    assert skipped["ant/text.jpg"].startswith("Unknown image file format")
    assert skipped["ant/short.png"] == "it is damaged or truncated"
    again, none = mean_image(found.without(skipped), 14)
    np.testing.assert_array_equal(mean, again)
    assert none == {}
    assert not np.array_equal(mean, expected)  # another split


def test_refuses_a_folder_without_any_readable_image(folder):
    for file in folder.rglob("*.png"):
        file.write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"none of the \d+ images to train with"):
        mean_image(find_classes(folder), 14)
