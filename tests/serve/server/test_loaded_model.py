import gc
import weakref
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest
import tensorflow as tf

from nst_tf.serve.codec.refusal import Refusal
from nst_tf.serve.server import loaded_model as module
from nst_tf.serve.server.loaded_model import LoadedModel


@pytest.fixture(scope="module")
def toy(toy_versions):
    loaded = LoadedModel(toy_versions[2])
    yield loaded
    loaded.close()


def test_agrees_with_the_saved_model_in_python(toy, toy_versions):
    direct = tf.saved_model.load(str(toy_versions[2])).signatures
    a, b = np.random.default_rng(0).random((5, 2), np.float32), np.arange(-2, 3, dtype=np.int32)
    expected = direct["several"](a=tf.constant(a), b=tf.constant(b))
    found = toy.run("several", {"a": a, "b": b})
    assert found.keys() == expected.keys()
    for name, tensor in expected.items():
        np.testing.assert_array_equal(found[name], tensor.numpy(), strict=True)
    np.testing.assert_array_equal(toy.run("", {"x": a[:, 0]})["y"], a[:, 0] / 2 + 2)


def test_computes_only_the_outputs_that_are_asked_for(toy):
    found = toy.run("several", {"a": np.ones((1, 2), np.float32), "b": np.zeros(1, np.int32)}, ["sum"])
    assert {name: array.tolist() for name, array in found.items()} == {"sum": [2]}


def test_few_selections_of_outputs_are_kept_and_all_are_answered(toy, monkeypatch):
    monkeypatch.setattr(module, "MOST_SELECTIONS", 1)
    inputs = {"a": np.ones((1, 2), np.float32), "b": np.zeros(1, np.int32)}
    for names in (["sum"], ["b"], ["sum", "b"], ["big"]):
        assert sorted(toy.run("several", inputs, names)) == sorted(names)


def test_the_code_of_a_failure_in_the_graph_is_kept_and_its_message_is_plain(toy):
    with pytest.raises(Refusal, match="this image is bad") as caught:
        toy.run("text", {"image_bytes": np.array([b"good", b"bad"], object)})
    assert caught.value.code.name == "INVALID_ARGUMENT"
    assert "node" not in str(caught.value)
    assert "\n" not in str(caught.value)


ENDLESS = {"steps": np.array([10**9], np.int32)}


def test_a_run_ends_when_all_have_abandoned_it_and_the_next_is_answered(toy):
    for _ in range(3):
        abandoned = [Future(), Future()]
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(toy.run, "slow", ENDLESS, abandoned=abandoned)
            abandoned[0].cancel()
            with pytest.raises(TimeoutError):
                running.result(0.2)
            abandoned[1].cancel()
            with pytest.raises(Refusal, match="nobody waits") as caught:
                running.result(60)
        assert caught.value.code.name == "CANCELLED"
        assert toy.run("slow", {"steps": np.array([3], np.int32)})["steps"].tolist() == [3]


def test_a_run_that_was_abandoned_before_it_began_ends_too(toy):
    abandoned = Future()
    abandoned.cancel()
    with pytest.raises(Refusal, match="nobody waits"):
        toy.run("slow", ENDLESS, abandoned=[abandoned])


def test_who_abandons_a_run_that_is_over_stops_no_other(toy):
    abandoned = Future()
    toy.run("", {"x": np.ones(1, np.float32)}, abandoned=[abandoned])
    abandoned.cancel()
    assert toy.run("", {"x": np.ones(1, np.float32)})["y"].tolist() == [2.5]


def test_runs_at_the_same_time_are_stopped_one_by_one(toy_versions):
    loaded = LoadedModel(toy_versions[2], runs=2)
    abandoned = [Future(), Future()]
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(loaded.run, "slow", ENDLESS, abandoned=[one]) for one in abandoned]
        for one, run, others in zip(abandoned, running, (running[1:], []), strict=True):
            one.cancel()
            assert run.exception(60).code.name == "CANCELLED"
            assert not any(other.done() for other in others)
    loaded.close()


def test_a_failure_leaves_nothing_behind_for_the_next_run(toy):
    for _ in range(50):
        with pytest.raises(Refusal, match="this image is bad"):
            toy.run("text", {"image_bytes": np.array([b"bad"], object)})
    assert toy.run("text", {"image_bytes": np.array([b"good"], object)}, ["length"])["length"].tolist() == [4]


def test_an_unknown_signature_is_refused_with_those_there_are(toy):
    with pytest.raises(
        Refusal, match=r'"sloow" not found\. There is: controls, images, serving_default, several, slow, text'
    ) as caught:
        toy.run("sloow", {})
    assert caught.value.code.name == "FAILED_PRECONDITION"


def test_its_memory_is_given_back(toy_versions):
    loaded = LoadedModel(toy_versions[1])
    loaded.run("", {"x": np.ones(1, np.float32)})
    graph = weakref.ref(loaded._session.graph)
    loaded.close()
    del loaded
    gc.collect()
    assert graph() is None


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda folder: (folder / "saved_model.pb").unlink(), "NOT_FOUND"),
        (lambda folder: (folder / "saved_model.pb").write_bytes(b"nonsense"), None),
        (lambda folder: next((folder / "variables").glob("*.index")).write_bytes(b""), None),
        (lambda folder: next((folder / "variables").glob("*.data*")).write_bytes(b""), None),
        (lambda folder: next((folder / "variables").glob("*.data*")).unlink(), None),
    ],
)
def test_a_damaged_folder_is_refused(put, damage, code):
    folder = put(1)
    damage(folder)
    with pytest.raises(Refusal) as caught:
        LoadedModel(folder)
    assert code in (None, caught.value.code.name)
    assert str(caught.value)
