"""Calls signatures through `c_loader`, in a process of its own."""

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

__all__ = ["call_in_c", "signature_defs"]

LOADER = Path(__file__).with_name("c_loader.py")


def signature_defs(folder):
    """The signatures of a SavedModel, as its file has them."""
    model = saved_model_pb2.SavedModel()
    model.ParseFromString((folder / "saved_model.pb").read_bytes())
    return model.meta_graphs[0].signature_def


def call_in_c(folder, signature, inputs, tmp_path):
    """The outputs of a signature by name, or `(code, message)`; inputs left out take their defaults."""
    definition = signature_defs(folder)[signature]
    defaults = {name: tf.make_ndarray(value) for name, value in definition.defaults.items()}
    assert set(inputs) | set(defaults) == set(definition.inputs)
    feeds = [(definition.inputs[name].name, as_array(value)) for name, value in (defaults | inputs).items()]
    names = sorted(definition.outputs)
    job, answer = tmp_path / "job", tmp_path / "answer"
    job.write_bytes(pickle.dumps((str(folder), feeds, [definition.outputs[name].name for name in names])))
    libraries = Path(tf.__file__).parent
    subprocess.run([sys.executable, LOADER, libraries, job, answer], check=True, capture_output=True, timeout=300)
    made = pickle.loads(answer.read_bytes())
    return dict(zip(names, made, strict=True)) if isinstance(made, list) else made


def as_array(value):
    array = np.asarray(value)
    return array if array.dtype.kind in "fi" else np.asarray(value, object)
