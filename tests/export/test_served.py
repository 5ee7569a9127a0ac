"""Every signature of every exported model, asked over the wire of the embedded server by a client of public stubs."""

import base64
import json
import shutil
import urllib.request

import numpy as np
import pytest
import tensorflow as tf

from ..serve.running import running
from ..serve.stock import StockClient
from .conftest import OPTIONS

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__:DeprecationWarning"
)  # of Keras, which saves and loads a network

SECONDS = 300  # on a busy machine
EIGHT_BITS = 1 / 255


@pytest.fixture(scope="module")
def served(exported, tmp_path_factory):
    """A server of all models of `OPTIONS`."""
    models = tmp_path_factory.mktemp("served")
    for name in OPTIONS:
        shutil.copytree(exported(name).folder, models / name / "1")
    with running(models) as server:
        yield server


@pytest.fixture(scope="module")
def stock(served):
    client = StockClient(served.port)
    yield client
    client.channel.close()


def examples(exported, name):
    """Small inputs of each signature that has any, by its name."""
    return {key: one.example for key, one in exported(name).servable.signatures.items() if one.example is not None}


def in_python(exported, name, signature, example):
    function = getattr(exported(name).loaded, signature)
    given = {one.name: one for one in exported(name).servable.signatures[signature].inputs}
    values = {key: tf.constant(value, given[key].dtype) for key, value in example.items()}
    return {key: value.numpy() for key, value in function(**values).items()}


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        if name.endswith("_bytes"):  # a picture
            decode = [np.asarray(tf.io.decode_image(one[0]), np.float32) / 255 for one in (found[name], value)]
            np.testing.assert_allclose(*decode, atol=EIGHT_BITS)
        elif value.dtype.kind == "f":
            np.testing.assert_allclose(found[name], value, atol=EIGHT_BITS, rtol=1e-3)
        else:
            np.testing.assert_array_equal(found[name], value)


@pytest.mark.parametrize("name", OPTIONS)
def test_the_stock_client_gets_from_each_signature_what_python_gives(stock, exported, name):
    _, signatures = stock.signatures(name)
    assert signatures.keys() - {"__saved_model_init_op"} == exported(name).servable.signatures.keys()
    asked = examples(exported, name)
    assert asked.keys() >= {"serving_default", "pixels"}
    for signature, example in asked.items():
        inputs = {key: as_array(value, signatures[signature].inputs[key]) for key, value in example.items()}
        assert_same(
            stock.predict(inputs, signature, name, timeout=SECONDS), in_python(exported, name, signature, example)
        )


def as_array(value, info):
    dtype = tf.as_dtype(info.dtype)
    return np.array(value, object if dtype == tf.string else dtype.as_numpy_dtype)


@pytest.mark.parametrize("name", OPTIONS)
def test_by_rest_too(served, exported, name):
    example = examples(exported, name)["serving_default"]
    inputs = {key: [{"b64": base64.b64encode(one).decode()} for one in value] for key, value in example.items()}
    url = f"http://127.0.0.1:{served.rest_port}/v1/models/{name}:predict"
    with urllib.request.urlopen(url, json.dumps({"inputs": inputs}).encode(), timeout=SECONDS) as answer:
        outputs = json.load(answer)["outputs"]
    expected = in_python(exported, name, "serving_default", example)
    found = {
        key: np.array([base64.b64decode(one["b64"]) for one in value], object) if key.endswith("_bytes")
        else np.array([one.encode() for one in value], object) if expected[key].dtype == object
        else np.array(value, expected[key].dtype)
        for key, value in outputs.items()
    }  # fmt: skip
    assert_same(found, expected)
