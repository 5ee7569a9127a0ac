"""Calls signatures through `c_loader`, in a process of its own."""

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

__all__ = ["call_in_c", "meta_graph"]

LOADER = Path(__file__).with_name("c_loader.py")


def meta_graph(folder):
    """The graph of a SavedModel, as its file has it."""
    model = saved_model_pb2.SavedModel()
    model.ParseFromString((folder / "saved_model.pb").read_bytes())
    return model.meta_graphs[0]


def call_in_c(folder, calls, tmp_path):
    """Makes calls, pairs of a signature and its inputs; what is left out takes the default.

    Returns, for each, the outputs by name, or `(code, message)`.
    """
    signatures = meta_graph(folder).signature_def
    job, answer = tmp_path / "job", tmp_path / "answer"
    job.write_bytes(pickle.dumps((str(folder), [encoded(signatures[name], inputs) for name, inputs in calls])))
    libraries = Path(tf.__file__).parent
    command = [sys.executable, LOADER, libraries, job, answer]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr
    made = pickle.loads(answer.read_bytes())
    return [
        one if isinstance(one, tuple) else dict(zip(sorted(signatures[name].outputs), one, strict=True))
        for (name, _), one in zip(calls, made, strict=True)
    ]


def encoded(signature, inputs):
    """What to feed and to fetch, by the names of tensors."""
    values = {name: tf.make_ndarray(value) for name, value in signature.defaults.items()} | inputs
    assert set(values) == set(signature.inputs)
    feeds = [(signature.inputs[name].name, as_array(value, signature.inputs[name])) for name, value in values.items()]
    return feeds, [signature.outputs[name].name for name in sorted(signature.outputs)]


def as_array(value, given):
    dtype = tf.as_dtype(given.dtype)
    if dtype == tf.string:
        return np.array([one.encode() if isinstance(one, str) else one for one in value], object)
    return np.asarray(value, dtype.as_numpy_dtype)
