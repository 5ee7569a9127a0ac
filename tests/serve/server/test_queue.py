"""The queue with models that are no TensorFlow: what they were asked, and when, is known."""

import threading

import grpc
import numpy as np
import pytest

from nst_tf.serve.codec.refusal import Refusal
from nst_tf.serve.server.batch import Request
from nst_tf.serve.server.batching_parameters import BatchingParameters
from nst_tf.serve.server.queue import Queue

PATIENCE = 60  # seconds, on a busy machine


class Doubler:
    """Doubles `x`; notes the inputs of each run, and waits in it for `gate` if there is one."""

    def __init__(self, gate=None):
        self.gate, self.runs, self.entered = gate, [], threading.Semaphore(0)

    def run(self, signature, inputs, outputs, abandoned):
        self.runs.append(inputs["x"].tolist())
        self.entered.release()
        if self.gate:
            self.gate.wait(PATIENCE)
        if -1 in inputs["x"]:
            raise Refusal(CODE, "-1 is bad")
        return {"y": 2 * inputs["x"]}


CODE = grpc.StatusCode.INVALID_ARGUMENT


def request(model, *values, **options):
    return Request(model, "", {"x": np.array(values)}, **options)


@pytest.fixture
def queue():
    made = Queue("toy", capacity=4, workers=1)
    yield made
    made.close()


@pytest.fixture
def held(queue):
    """A queue whose one worker is busy until the gate is opened."""
    gate = threading.Event()
    model = Doubler(gate)
    first = request(model, 0)
    queue.put(first)
    assert model.entered.acquire(timeout=PATIENCE)
    yield model, gate
    gate.set()


def test_requests_are_answered_in_the_order_they_came(queue, held):
    model, gate = held
    requests = [request(model, number) for number in (1, 2, 3)]
    for one in requests:
        queue.put(one)
    gate.set()
    assert [one.answer.result(PATIENCE)["y"].tolist() for one in requests] == [[2], [4], [6]]
    assert model.runs == [[0], [1], [2], [3]]


def test_a_full_queue_refuses_and_then_takes_again(queue, held):
    model, gate = held
    waiting = [request(model, number) for number in range(4)]
    for one in waiting:
        queue.put(one)
    with pytest.raises(Refusal, match="4 requests wait for model toy") as caught:
        queue.put(request(model, 9))
    assert caught.value.code.name == "RESOURCE_EXHAUSTED"
    waiting[1].abandon()
    assert len(queue) == 3
    queue.put(request(model, 9))
    gate.set()
    waiting[3].answer.result(PATIENCE)
    assert [1] not in model.runs


def test_what_was_abandoned_leaves_the_queue_at_once_and_is_not_computed(queue, held):
    model, gate = held
    abandoned, wanted = request(model, 1), request(model, 3)
    for one in (abandoned, wanted):
        queue.put(one)
    abandoned.abandon()
    assert len(queue) == 1
    gate.set()
    assert wanted.answer.result(PATIENCE)["y"].tolist() == [6]
    assert model.runs == [[0], [3]]


def test_a_run_is_told_who_has_abandoned_it(queue, held):
    model, gate = held
    told = []
    model.run = lambda signature, inputs, outputs, abandoned: told.extend(abandoned) or {"y": inputs["x"]}
    requests = together(model, [[1], [2]])
    for one in requests:
        queue.put(one)
    gate.set()
    assert [one.answer.result(PATIENCE)["y"].tolist() for one in requests] == [[1], [2]]
    assert told == [one.abandoned for one in requests]


def test_two_workers_compute_at_the_same_time():
    gate, queue = threading.Event(), Queue("toy", capacity=4, workers=2)
    model = Doubler(gate)
    for number in (1, 2):
        queue.put(request(model, number))
    for _ in range(2):
        assert model.entered.acquire(timeout=PATIENCE)
    gate.set()
    queue.close()


def test_a_closed_queue_answers_what_waits_and_takes_no_more(queue, held):
    model, gate = held
    last = request(model, 5)
    queue.put(last)
    closing = threading.Thread(target=queue.close)
    closing.start()
    gate.set()
    closing.join(PATIENCE)
    assert last.answer.result(0)["y"].tolist() == [10]
    with pytest.raises(Refusal, match="unloaded"):
        queue.put(request(model, 6))


def together(model, values, **parameters):
    """Lets requests of these values wait, then computes them; returns their answers."""
    return [request(model, *each, batching=BatchingParameters(**{"rows": 4} | parameters)) for each in values]


def run_together(queue, held, values, **parameters):
    model, gate = held
    requests = together(model, values, **parameters)
    for one in requests:
        queue.put(one)
    gate.set()
    for one in requests:
        one.answer.exception(PATIENCE)
    return requests


def test_waiting_requests_are_put_together_up_to_the_size_of_a_batch(queue, held):
    requests = run_together(queue, held, [[1], [2, 3], [4], [5]])
    assert [one.answer.result()["y"].tolist() for one in requests] == [[2], [4, 6], [8], [10]]
    assert held[0].runs[1:] == [[1, 2, 3, 4], [5]]


def test_a_batch_is_filled_up_to_an_allowed_size_with_rows_that_nobody_gets(queue, held):
    requests = run_together(queue, held, [[1], [2, 3]], allowed=(4,))
    assert [one.answer.result()["y"].tolist() for one in requests] == [[2], [4, 6]]
    assert held[0].runs[1:] == [[1, 2, 3, 3]]


def test_a_batch_is_rather_smaller_than_filled_up(queue, held):
    requests = run_together(queue, held, [[1], [2], [3]], allowed=(1, 2, 4))
    assert [one.answer.result()["y"].tolist() for one in requests] == [[2], [4], [6]]
    assert held[0].runs[1:] == [[1, 2], [3]]


def test_a_bad_request_does_not_fail_its_neighbours(queue, held):
    good, bad, other = run_together(queue, held, [[1], [-1], [3]])
    assert good.answer.result()["y"].tolist() == [2]
    assert other.answer.result()["y"].tolist() == [6]
    assert str(bad.answer.exception()) == "-1 is bad"


def test_only_what_is_alike_is_put_together(queue, held):
    model, gate = held
    parameters = BatchingParameters(8)
    requests = [
        request(model, 1, batching=parameters),
        request(model, 1.5, batching=parameters),
        Request(model, "other", {"x": np.array([2])}, batching=parameters),
        Request(model, "", {"x": np.array([[3]])}, batching=parameters),
        Request(model, "", {"x": np.array(4)}, batching=parameters),
        request(model, 5),
    ]
    with_first = request(model, 6, batching=parameters)
    queue.capacity = 10
    for one in [*requests, with_first]:
        queue.put(one)
    gate.set()
    for one in requests:
        one.answer.result(PATIENCE)
    assert model.runs[1:] == [[1, 6], [1.5], [2], [[3]], 4, [5]]


def test_without_parameters_nothing_is_put_together_not_even_with_what_is_empty(queue, held):
    model, gate = held
    requests = [request(model, 1), Request(model, "", {"x": np.array([], int)}), request(model, 2)]
    for one in requests:
        queue.put(one)
    gate.set()
    assert [one.answer.result(PATIENCE)["y"].tolist() for one in requests] == [[2], [], [4]]
    assert model.runs[1:] == [[1], [], [2]]


def test_a_lone_request_waits_for_company_only_as_long_as_it_may(queue):
    model = Doubler()
    alone = together(model, [[1]], wait=0.05)[0]
    queue.put(alone)
    assert alone.answer.result(PATIENCE)["y"].tolist() == [2]
    pair = together(model, [[2], [3]], rows=2, wait=30)
    for one in pair:
        queue.put(one)
    assert [one.answer.result(PATIENCE)["y"].tolist() for one in pair] == [[4], [6]]
    assert model.runs == [[1], [2, 3]]


def test_outputs_without_a_batch_dimension_are_computed_one_by_one(queue, held):
    model, gate = held
    model.run, run = lambda *a: {"mean": run(*a)["y"].mean()}, model.run
    requests = together(model, [[1], [2]])
    for one in requests:
        queue.put(one)
    gate.set()
    assert [one.answer.result(PATIENCE)["mean"] for one in requests] == [2, 4]
