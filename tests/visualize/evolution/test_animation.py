import numpy as np

from nst_tf.visualize.evolution.animation import evolution_frames
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
