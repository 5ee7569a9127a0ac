import pytest

from nst_tf import memory
from nst_tf.errors import InputError


def test_what_does_not_fit_is_refused_with_the_need_and_a_size_that_fits(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 6 * memory.GIB)
    with pytest.raises(InputError, match=r"8000x6000 pixels need about .* GiB .* a size of (\d+) fits") as refused:
        memory.check_memory(6000, 8000)
    size = int(str(refused.value).split("a size of ")[1].split()[0])
    memory.check_memory(size * 3 // 4, size)
    with pytest.raises(InputError):
        memory.check_memory(round(size * 1.1 * 3 / 4), round(size * 1.1))


def test_several_pictures_are_named_and_share_the_memory(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 6 * memory.GIB)
    with pytest.raises(InputError, match=r"^4 pictures of 1024x1024 pixels need .* a size of (\d+) fits") as refused:
        memory.check_memory(1024, 1024, pictures=4)
    size = int(str(refused.value).split("a size of ")[1].split()[0])
    assert size < 1024
    memory.check_memory(size, size, pictures=4)
    with pytest.raises(InputError):
        memory.check_memory(round(1.05 * size), round(1.05 * size), pictures=4)


def test_an_image_that_is_only_measured_takes_less_and_is_refused_with_a_scale_that_fits(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 6 * memory.GIB)
    memory.check_measured(2048, 2048, "style_scale", 2.0)
    with pytest.raises(InputError, match=r"of 8 .* 8192x8192 pixels, which need .* of \S+ fits") as refused:
        memory.check_measured(8192, 8192, "style_scale", 8.0)
    side = int(1024 * float(str(refused.value).split("a style_scale of ")[-1].split()[0]))
    memory.check_measured(side, side, "style_scale", side / 1024)


def test_a_machine_has_memory():
    assert memory.available_bytes() > 2**28
