import sys

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from nst_tf.errors import InputError
from nst_tf.images.animation import check_animation, frame_bytes, write_animation


def frames(height=20, width=30):
    """Three frames of one colour each, so that any codec keeps them."""
    return [np.full((height, width, 3), level, np.float32) for level in (0.2, 0.5, 0.8)]


@pytest.mark.parametrize("extension", ["gif", "webp"])
def test_frames_come_back_in_order_with_their_durations(tmp_path, extension):
    path = tmp_path / f"moving.{extension}"
    write_animation(path, frames(), seconds=0.2, last=1.5)
    with Image.open(path) as moving:
        assert moving.n_frames == 3
        assert moving.info.get("loop", 0) == 0
        durations = []
        for number, frame in enumerate(frames()):
            moving.seek(number)
            pixels = np.asarray(moving.convert("RGB"))  # loads the frame, and with it its duration
            durations.append(moving.info["duration"])
            np.testing.assert_allclose(pixels, frame * 255, atol=3)
    assert durations == [200, 200, 1500]


# What reads the video back leaves its files open.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_mp4_has_the_frames_and_even_sides(tmp_path):
    path = tmp_path / "moving.mp4"
    write_animation(path, frames(33, 51), seconds=0.25, last=0.75)
    reader = imageio_ffmpeg.read_frames(str(path))
    facts = next(reader)
    read = [np.frombuffer(one, np.uint8).reshape(32, 50, 3) for one in reader]
    assert facts["source_size"] == (50, 32)
    assert facts["fps"] == 4
    assert facts["codec"] == "h264"
    for pixels, level in zip(read, (0.2, 0.5, 0.8, 0.8, 0.8), strict=True):
        np.testing.assert_allclose(pixels, level * 255, atol=4)


def test_mp4_without_its_encoder_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(
        InputError, match=r"a\.mp4: MP4 needs an encoder; pip install imageio-ffmpeg, or write a \.webp"
    ):
        check_animation(tmp_path / "a.mp4")
    assert not list(tmp_path.iterdir())


def test_other_names_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"must end in one of \.gif, \.webp, \.mp4$"):
        write_animation(tmp_path / "a.png", frames())
    with pytest.raises(InputError, match="there is no folder"):
        check_animation(tmp_path / "none" / "a.gif")


def test_bytes_are_rounded_and_clipped_and_stay_as_they_are():
    frame = np.array([[[-0.1, 0.5, 1.2]]], np.float32)
    np.testing.assert_array_equal(frame_bytes(frame), [[[0, 128, 255]]])
    np.testing.assert_array_equal(frame_bytes(frame_bytes(frame)), frame_bytes(frame))
