"""A real cluster of two workers, which do what takes no time."""

import importlib.util
import os
import signal
import socket

import pytest

from nst_tf.distributed import check_ray, each_on_ray, pool
from nst_tf.errors import InputError, NstError

pytestmark = [
    pytest.mark.usefixtures("cluster"),
    # Ray Data's own, of its copy of its settings.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray.data.context"),
]


@pytest.fixture(scope="module")
def run(cluster, tmp_path_factory):
    """What eight items came to, of which two raised exceptions and two killed their workers, once each."""
    killed = tmp_path_factory.mktemp("killed")

    def opened():
        opener, threads = os.getpid(), os.environ["TF_NUM_INTRAOP_THREADS"]

        class Odd(Exception):
            def __reduce__(self):
                raise TypeError("it cannot be sent")

        def make(number):
            if number == 1:
                raise Odd("of its own")
            if number in (2, 5) and not (killed / str(number)).exists():
                (killed / str(number)).touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return 60 // number, opener == os.getpid(), threads

        return make

    found = list(each_on_ray(opened, range(8), workers=2, together=2))
    assert len(list(killed.iterdir())) == 2
    return found


def test_each_item_comes_out_once_although_workers_are_killed(run):
    assert sorted(item for item, _ in run) == list(range(8))


def test_an_item_comes_out_with_what_the_function_gave_or_raised(run):
    outcomes = dict(run)
    assert isinstance(outcomes.pop(0), ZeroDivisionError)
    assert str(outcomes.pop(1)) == "Odd: of its own"
    assert outcomes == {item: (60 // item, True, "1") for item in range(2, 8)}


def test_what_kills_every_worker_is_given_up_and_told_and_takes_nothing_with_it():
    def opened():
        def make(number):
            if number == 1:
                os.kill(os.getpid(), signal.SIGKILL)
            return -number

        return make

    found = dict(each_on_ray(opened, range(6), workers=1, together=3))
    error = found.pop(1)
    assert isinstance(error, NstError)
    assert str(error).startswith("its worker was ended each of 3 times")
    assert found == {number: -number for number in (0, 2, 3, 4, 5)}


def test_opening_is_given_up_when_all_workers_have_tried_it_in_vain(monkeypatch):
    import ray

    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        monkeypatch.setenv(name, "1")
    attempts = ray.remote(num_cpus=0)(pool._Attempts).remote()
    opened = pool._dumps(lambda: 1 / 0)
    failures = [pool._Worker(opened, attempts, threads=1, workers=2)._failure for _ in range(7)]
    assert [type(failure) for failure in failures] == [ZeroDivisionError] * 6 + [NstError]
    assert str(failures[-1]).startswith("its worker was ended each of 6 times")


def test_a_network_that_cannot_be_opened_ends_it_at_once():
    def opened():
        raise InputError("there is no such network")

    with pytest.raises(InputError, match="there is no such network"):
        list(each_on_ray(opened, range(100), workers=1))


def test_workers_share_processors_and_gpus():
    assert pool._share({"CPU": 16.0}, 4) == {"num_cpus": 4}
    assert pool._share({"CPU": 2.0}, 4) == {"num_cpus": 1}
    assert pool._share({"CPU": 16.0, "GPU": 2.0}, 4) == {"num_cpus": 4, "num_gpus": 0.5}
    assert pool._share({"CPU": 16.0, "GPU": 8.0}, 4) == {"num_cpus": 4, "num_gpus": 1.0}


def test_without_a_worker_nothing_begins():
    with pytest.raises(InputError, match="0 workers cannot do anything; at least 1 is needed"):
        next(each_on_ray(lambda: abs, [1], workers=0))


def test_nothing_to_do_begins_nothing(monkeypatch):
    monkeypatch.setattr(pool, "_cluster", None)
    assert list(each_on_ray(lambda: abs, [], workers=1)) == []


def test_an_address_that_does_not_answer_is_told():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"no Ray cluster answers at 127.0.0.1:{port}: connection refused"):
            pool._check_answers(f"127.0.0.1:{port}")
    with pytest.raises(InputError, match="no Ray cluster answers at ray://nobody:"):
        pool._check_answers("ray://nobody:")


def test_without_ray_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(NstError, match=r"a cluster needs ray and pyarrow; .*: pip install 'nst_tf\[ray\]'"):
        check_ray()
