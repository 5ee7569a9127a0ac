import pytest

from nst_tf import memory
from nst_tf.errors import InputError


def test_the_need_grows_with_the_pixels():
    small, large = memory.needed_bytes(512, 512), memory.needed_bytes(1024, 1024)
    assert large - memory.FIXED == pytest.approx(4 * (small - memory.FIXED))


def test_what_does_not_fit_is_refused_with_the_need_and_a_size_that_fits(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 6 * memory.GIB)
    with pytest.raises(InputError, match=r"8000x6000 pixels need about .* GiB .* a size of (\d+) fits") as refused:
        memory.check_memory(6000, 8000)
    size = int(str(refused.value).split("a size of ")[1].split()[0])
    memory.check_memory(size * 3 // 4, size)
    with pytest.raises(InputError):
        memory.check_memory(round(size * 1.1 * 3 / 4), round(size * 1.1))


def test_a_machine_has_memory():
    assert memory.available_bytes() > 2**28
