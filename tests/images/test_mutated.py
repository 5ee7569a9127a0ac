"""Damaged files: each is read, or refused in one line."""

import numpy as np

from benchmarks.serving.hostile import mutations, other_sources, sources
from nst_tf.errors import InputError
from nst_tf.images import read_image

from ..mutated import COUNT


def test_a_damaged_file_is_read_or_refused_in_one_line(tmp_path, capfd):
    told = set()
    for data in mutations(COUNT, files=[*sources(), *other_sources()]):
        (tmp_path / "image").write_bytes(data)
        try:
            pixels = read_image(tmp_path / "image").pixels
        except InputError as error:
            told.add(str(error))
        else:
            assert pixels.min() >= 0
            assert pixels.max() <= 1
            assert np.isfinite(pixels).all()
    assert len(told) > 1
    assert all(line.startswith(f"cannot read {tmp_path / 'image'}: ") and "\n" not in line for line in told)
    assert capfd.readouterr() == ("", "")
