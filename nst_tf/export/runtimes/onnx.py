"""ONNX: converted by tf2onnx, run by ONNX Runtime."""

import contextlib
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import tensorflow as tf

__all__ = ["ABOUT", "HOW", "LIBRARIES", "convert", "run"]

LIBRARIES = {"onnx": "onnx", "onnxruntime": "onnxruntime", "tf2onnx": "tf2onnx"}
OPSET = 17  # of the operators: that of 2022, which all runtimes have
ABOUT = f"ONNX, operators of opset {OPSET}"
HOW = """import numpy as np
import onnxruntime

session = onnxruntime.InferenceSession("{file}")
names = [one.name for one in session.get_outputs()]
outputs = dict(zip(names, session.run(names, {{{inputs}}})))"""


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    logger = logging.getLogger("tf2onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def convert(function: tf.types.experimental.PolymorphicFunction, summary: str, path: Path) -> None:
    """Writes a function.

    Args:
        function: Of named tensors of known shapes, as its input signature has them, to a dict of outputs.
        summary: What it does, which the file says too.
        path: The file.
    """
    import onnx
    import tf2onnx

    with _quiet():
        model, _ = tf2onnx.convert.from_function(function, function.input_signature, opset=OPSET)
    model.producer_name, model.doc_string = "nst_tf", summary
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def run(path: Path, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What the runtime makes of inputs, by name."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_outputs()]
    given = {one.name: inputs[one.name] for one in session.get_inputs()}
    return {name: np.asarray(value) for name, value in zip(names, session.run(names, given), strict=True)}
