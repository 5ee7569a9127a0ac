"""Every signature of every exported model, asked over the wire of the embedded server by a client of public stubs."""

import base64
import json
import shutil
import urllib.request

import grpc
import numpy as np
import pytest
import tensorflow as tf

from ..serve.running import running
from ..serve.stock import StockClient
from .comparing import assert_same
from .conftest import DAMAGED, OPTIONS

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__:DeprecationWarning"
)  # of Keras, which saves and loads a network

SECONDS = 300  # on a busy machine


@pytest.fixture(scope="module", params=OPTIONS)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def served(name, exported, tmp_path_factory):
    """A server of the model."""
    models = tmp_path_factory.mktemp("served")
    shutil.copytree(exported(name).folder, models / name / "1")
    with running(models) as server:
        yield server


@pytest.fixture(scope="module")
def stock(served):
    client = StockClient(served.port)
    yield client
    client.channel.close()


def test_the_stock_client_gets_from_each_signature_what_python_gives(stock, exported, answers, name):
    _, signatures = stock.signatures(name)
    assert signatures.keys() == exported(name).servable.signatures.keys() >= {"serving_default", "pixels"}
    for signature, example in exported(name).examples.items():
        inputs = {key: as_array(value, signatures[signature].inputs[key]) for key, value in example.items()}
        found = stock.predict(inputs, signature, name, timeout=SECONDS)
        assert_same(found, answers(name)[signature])


def as_array(value, info):
    dtype = tf.as_dtype(info.dtype)
    return np.array(value, object if dtype == tf.string else dtype.as_numpy_dtype)


def test_the_default_signature_looks_at_each_image(stock, name):
    """For recipes it has no example, since a picture at the default settings takes its time."""
    _, signatures = stock.signatures(name)
    images = {key: np.array([b"no image"], object) for key in signatures["serving_default"].inputs}
    for message, data in {"it is neither JPEG nor PNG": b"no image", **DAMAGED}.items():
        with pytest.raises(grpc.RpcError, match=f"_bytes: {message}") as refusal:
            stock.predict({key: np.array([data], object) for key in images}, model=name, timeout=SECONDS)
        assert refusal.value.code().name == "INVALID_ARGUMENT"


def test_by_rest_too(served, exported, answers, name):
    signature = {"features": "serving_default", "run": "serving_default"}.get(name, "controls")
    inputs = exported(name).servable.signatures[signature].inputs
    given = {one.name: [one.default] for one in inputs} | exported(name).examples[signature]
    body = {"signature_name": signature, "inputs": {key: as_json(value) for key, value in given.items()}}
    url = f"http://127.0.0.1:{served.rest_port}/v1/models/{name}:predict"
    with urllib.request.urlopen(url, json.dumps(body).encode(), timeout=SECONDS) as answer:
        outputs = json.load(answer)["outputs"]
    expected = answers(name)[signature]
    assert_same({key: from_json(value, expected[key].dtype) for key, value in outputs.items()}, expected)


def as_json(values):
    values = np.asarray(values).tolist()
    return [{"b64": base64.b64encode(one).decode()} if isinstance(one, bytes) else one for one in values]


def from_json(values, dtype):
    if dtype.kind != "O":
        return np.array(values, dtype)
    return np.array([base64.b64decode(one["b64"]) if isinstance(one, dict) else one.encode() for one in values], object)
