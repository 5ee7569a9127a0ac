import numpy as np
import pytest
from PIL import Image

from nst_tf.errors import InputError
from nst_tf.visualize.evolution.animation import evolution_frames, write_animation
from nst_tf.visualize.evolution.layout import MARK, mark
from nst_tf.visualize.evolution.record import read_evolution


def marked_pixels(picture):
    return int((picture == np.float32(MARK)).all(-1).sum())


def test_has_a_frame_for_each_epoch_with_its_changes_marked(run_folder, changed):
    sample = np.ones((20, 20, 3), np.float32)
    mark(sample)
    frames = evolution_frames(read_evolution(run_folder))
    counts = [marked_pixels(frame) // marked_pixels(sample) - 1 for frame in frames]
    assert counts == [sum(int(rows[epoch].sum()) for rows in changed.values()) for epoch in range(3)]
    assert len({frame.shape for frame in frames}) == 1


@pytest.mark.parametrize(("extension", "error"), [(".gif", 0.15), (".webp", 0.05)])
def test_the_file_plays_the_frames_without_end(run_folder, tmp_path, extension, error):
    frames = evolution_frames(read_evolution(run_folder), ["relu2"])
    path = tmp_path / f"moving{extension}"
    write_animation(path, frames)
    with Image.open(path) as image:
        assert (image.n_frames, image.info["loop"]) == (3, 0)
        for number, frame in enumerate(frames):
            image.seek(number)
            shown = np.asarray(image.convert("RGB"), np.float32) / 255
            assert np.sqrt(np.mean((shown - frame) ** 2)) < error
            image.load()
            assert image.info["duration"] == (2400 if number == 2 else 800)


def test_refuses_another_kind_of_file(tmp_path):
    with pytest.raises(InputError, match=r"its name must end in one of \.gif, \.webp"):
        write_animation(tmp_path / "moving.png", [np.zeros((4, 4, 3), np.float32)])
    assert list(tmp_path.iterdir()) == []
