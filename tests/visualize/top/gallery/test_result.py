import dataclasses

import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.visualize.top.gallery import LayerResult


def test_what_is_saved_comes_back_bit_for_bit(tmp_path, make_result):
    result = make_result("block1/conv1")
    result.save(tmp_path / "a.npz")
    loaded = LayerResult.load(tmp_path / "a.npz")
    assert loaded.layer == "block1/conv1"
    for field in dataclasses.fields(LayerResult)[1:]:
        before, after = getattr(result, field.name), getattr(loaded, field.name)
        assert before.dtype == after.dtype
        np.testing.assert_array_equal(before, after)


def test_failed_save_keeps_the_old_file(tmp_path, make_result, monkeypatch):
    path = tmp_path / "a.npz"
    make_result().save(path)
    before = path.read_bytes()

    def half(file, **_):
        file.write(b"half")
        raise MemoryError

    monkeypatch.setattr(np, "savez_compressed", half)
    with pytest.raises(MemoryError):
        make_result(filters=5).save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_missing_file_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match=r"none\.npz: no such file"):
        LayerResult.load(tmp_path / "none.npz")


@pytest.mark.parametrize("damage", ["text", "empty", "cut", "other arrays", "one array"])
def test_file_that_is_no_result_is_an_input_error(tmp_path, make_result, damage):
    path = tmp_path / "a.npz"
    make_result().save(path)
    if damage == "other arrays":
        np.savez(path, weights=np.zeros(3))
    elif damage == "one array":
        with path.open("wb") as file:
            np.save(file, np.zeros(3))
    else:
        path.write_bytes({"text": b"hello", "empty": b"", "cut": path.read_bytes()[:900]}[damage])
    with pytest.raises(InputError, match=r"a\.npz: it is not the top activations of a layer, or is damaged"):
        LayerResult.load(path)


def test_flipped_bits_are_an_input_error(tmp_path, make_result):
    path = tmp_path / "a.npz"
    make_result().save(path)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 40] = bytes(byte ^ 0xFF for byte in data[middle : middle + 40])
    path.write_bytes(data)
    with pytest.raises(InputError, match="damaged"):
        LayerResult.load(path)


def test_active_means_an_image_in_which_the_filter_is_not_zero(make_result):
    active = make_result().active
    assert active[0].all()
    assert not active[1].any()
    np.testing.assert_array_equal(active[2], [True] * 4 + [False] * 5)


def test_stem_has_no_slash(make_result):
    assert make_result("outer/inner/conv").stem == "outer__inner__conv"
