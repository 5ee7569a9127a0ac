import numpy as np
import pytest
import tensorflow as tf

from nst_tf.export.signature.batches import MOST_ITEMS, each, every, only
from nst_tf.export.signature.inputs import Input, problem_if

NUMBER = Input("number", tf.float32, "", (), None, -10, 10)
FACTOR = Input("factor", tf.float32, "", (), 2.0, 0, 5)
INPUTS = [NUMBER, FACTOR]


def check(values):
    return problem_if(values["number"] < 0, "number has no root")


def run(values):
    return {"root": values["factor"] * tf.sqrt(values["number"])}


def batch(numbers, factors=(2.0,)):
    return {"number": tf.constant(numbers, tf.float32), "factor": tf.constant(factors, tf.float32)}


def in_a_graph(function, values, *arguments):
    call = tf.function(
        lambda values: function(values, INPUTS, check, run, *arguments),
        input_signature=[{one.name: one.spec for one in INPUTS}],
        autograph=False,
    )
    return call(values)


def test_what_is_wrong_with_one_item_does_not_disturb_its_neighbours():
    made = in_a_graph(each, batch([4, -1, 11, 9]), {"root": tf.constant(0.0)})
    np.testing.assert_array_equal(made["root"], [4, 0, 0, 6])
    np.testing.assert_array_equal(made["status"], [0, 3, 3, 0])
    assert [one.decode() for one in made["message"].numpy()] == [
        "",
        "number has no root",
        "number is 11; it must be from -10 to 10",
        "",
    ]


def test_values_are_for_all_items_or_for_each():
    made = in_a_graph(each, batch([4, 4], [1, 6]), {"root": tf.constant(0.0)})
    np.testing.assert_array_equal(made["root"], [2, 0])
    assert made["message"][1] == "factor is 6; it must be from 0 to 5"


@pytest.mark.parametrize(
    ("function", "values", "arguments", "message"),
    [
        (each, batch([1, 2, 3], [1, 2]), [{"root": tf.constant(0.0)}],
         "factor has 2 values and number 3; it must have one, or as many"),
        (each, batch([1] * (MOST_ITEMS + 1)), [{"root": tf.constant(0.0)}],
         f"number has {MOST_ITEMS + 1} values; at most {MOST_ITEMS} are taken at a time"),
        (every, batch([4, -1]), [{"root": tf.TensorSpec([])}], "number has no root"),
        (only, batch([4, 9]), [], "number has 2 values; one request makes one picture"),
        (only, batch([-1]), [], "number has no root"),
        (only, batch([4], [np.nan]), [], "factor is nan; it must be from 0 to 5"),
    ],
)  # fmt: skip
def test_a_call_is_refused(function, values, arguments, message):
    with pytest.raises(tf.errors.InvalidArgumentError) as refusal:
        in_a_graph(function, values, *arguments)
    assert message in str(refusal.value)


def test_every_item_and_the_only_one():
    np.testing.assert_array_equal(in_a_graph(every, batch([4, 9]), {"root": tf.TensorSpec([])})["root"], [4, 6])
    np.testing.assert_array_equal(in_a_graph(only, batch([4]))["root"], [4])
