from argparse import ArgumentTypeError

import pytest

from nst_tf.cli.shell import values


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (values.whole, "-7", -7),
        (values.number, "1e-3", 0.001),
        (values.positive, "0.5", 0.5),
        (values.count, "1", 1),
        (values.percent, "100", 100),
        (values.numbers, "0.7,0.3", (0.7, 0.3)),
        (values.wholes, "40,25,20", (40, 25, 20)),
        (values.weights, "relu1_1=256,relu2_1=.5", {"relu1_1": 256.0, "relu2_1": 0.5}),
    ],
)
def test_reads(read, text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (values.whole, "1.5"),
        (values.number, "nan"),
        (values.number, "inf"),
        (values.number, ""),
        (values.positive, "0"),
        (values.count, "0"),
        (values.percent, "0"),
        (values.numbers, "1,,2"),
        (values.wholes, "1,2.5"),
        (values.weights, "relu1_1"),
        (values.weights, "=2"),
        (values.weights, "relu1_1=x"),
        (values.weights, "relu1_1=1,relu1_1=2"),
    ],
)
def test_refuses_and_says_what_it_is(read, text):
    with pytest.raises(ArgumentTypeError, match=r"^'.*' (is not|has)"):
        read(text)


@pytest.mark.parametrize("value", [3, 0.015, 1 / 3, "gram", (40, 25), (0.5, 1.0), {"relu1_1": 1.0, "relu2_1": 0.25}])
def test_text_of_a_value_reads_back(value):
    reader = {int: values.whole, float: values.number, str: str, dict: values.weights, tuple: values.numbers}
    assert reader[type(value)](values.text_of(value)) == value


def test_no_value_has_no_text():
    assert values.text_of(None) == values.text_of(()) == ""
