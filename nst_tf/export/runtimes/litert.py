"""LiteRT, once TensorFlow Lite: converted by TensorFlow, run by LiteRT's interpreter."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import tensorflow as tf

__all__ = ["ABOUT", "HOW", "LIBRARIES", "convert", "run"]

LIBRARIES = {"ai-edge-litert": "ai_edge_litert"}
ABOUT = "LiteRT (once TensorFlow Lite), built-in operators only"
HOW = """import numpy as np
from ai_edge_litert.interpreter import Interpreter

run = Interpreter("{file}").get_signature_runner()
outputs = run(**{{{inputs}}})"""
SIGNATURE = "serving_default"


def convert(function: tf.types.experimental.PolymorphicFunction, summary: str, path: Path) -> None:
    """Writes a function; see `nst_tf.export.runtimes.onnx`."""
    root = tf.Module()
    root.weights = list(function.get_concrete_function().graph.variables)
    # Only of a SavedModel do inputs and outputs keep their names.
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(root, folder, signatures={SIGNATURE: function})
        path.write_bytes(tf.lite.TFLiteConverter.from_saved_model(folder).convert())


def run(path: Path, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What the runtime makes of inputs, by name."""
    from ai_edge_litert.interpreter import Interpreter

    return Interpreter(model_path=str(path)).get_signature_runner(SIGNATURE)(**inputs)
