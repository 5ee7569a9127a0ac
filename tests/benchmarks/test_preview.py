import numpy as np
import pytest

from benchmarks.preview import measure, table
from nst_tf.images import make_folder, resize_image, write_image


def test_the_nearer_of_two_small_pictures_is_told(tmp_path):
    picture = np.random.default_rng(0).random((48, 64, 3)).astype(np.float32)
    for name in ("photos", "paintings"):
        make_folder(tmp_path / name)
        write_image(tmp_path / name / "one.png", picture)
    folder = tmp_path / "out" / "pictures" / "64" / "one.png" / "one.png"
    make_folder(folder)
    small = resize_image(picture, (36, 48))
    pictures = {"default": picture, "default preview=on": small, "default size=192": small[::-1]}
    for name, pixels in pictures.items():
        write_image(folder / f"{name}.png", pixels)
    found = measure(tmp_path / "photos", tmp_path / "paintings", tmp_path / "out", ["default"], 64)
    assert (found["size"], found["pairs"]) == (64, 1)
    near, far = found["default"]["preview"], found["default"]["small"]
    assert near["lpips"] == pytest.approx(near["worst"]) == pytest.approx(0, abs=1e-3)
    assert far["lpips"] > 0.05


def test_the_table_tells_means_and_worst():
    figures = {"lpips": 0.07, "worst": 0.1, "seconds": 4.5}
    found = {"size": 512, "pairs": 12, "fast": {"preview": figures, "small": figures | {"lpips": 0.2}}}
    head, first, second, end = (" ".join(line.split()) for line in table(found).splitlines())
    assert head == "LPIPS to pictures of 512 px mean worst seconds"
    assert (first, second, end) == ("fast, preview 0.070 0.100 4.5", "fast, small 0.200 0.100 4.5", "12 pairs")
