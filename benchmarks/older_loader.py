"""Loads exported models with another TensorFlow, as TensorFlow Serving's images may have an older one.

    python -m benchmarks.older_loader saved_models --python older/bin/python

makes an environment's Python, which needs TensorFlow alone, load the newest version of each model and run its warm-up
examples, and compares what it gives with what the TensorFlow that runs this gives.
"""

import argparse
import json
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

__all__ = ["main"]

# Of the other Python: neither nst_tf nor Keras is there.
LOADER = """
import json, pickle, sys
import tensorflow as tf

tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
for folder, calls, answers in json.load(open(sys.argv[1])):
    try:
        signatures, made = tf.saved_model.load(folder).signatures, {}
        for name, inputs in pickle.load(open(calls, "rb")).items():
            specs = signatures[name].structured_input_signature[1]
            given = {key: tf.constant(value, specs[key].dtype) for key, value in inputs.items()}
            made[name] = {key: value.numpy() for key, value in signatures[name](**given).items()}
    except Exception as error:
        made = str(error).splitlines()[0]
    pickle.dump((tf.__version__, made), open(answers, "wb"))
"""


def _newest(model: Path) -> Path:
    return max((folder for folder in model.iterdir() if folder.name.isdecimal()), key=lambda folder: int(folder.name))


def _examples(folder: Path) -> dict[str, dict]:
    """The warm-up examples of a version, with defaults for what they leave out, by signature."""
    import tensorflow as tf
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
    from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

    defined = SavedModel.FromString((folder / "saved_model.pb").read_bytes()).meta_graphs[0].signature_def
    examples = {}
    for record in tf.data.TFRecordDataset(str(folder / "assets.extra" / "tf_serving_warmup_requests")):
        request = PredictionLog.FromString(record.numpy()).predict_log.request
        name = request.model_spec.signature_name
        values = {**defined[name].defaults, **request.inputs}
        examples[name] = {key: tf.make_ndarray(value) for key, value in values.items()}
    return examples


def _answers(python: str, folders: list[Path], place: Path) -> list[tuple]:
    """What a Python gives for the examples of each version: TensorFlow's version, and outputs or what failed."""
    jobs = []
    for number, folder in enumerate(folders):
        calls, answers = place / f"{number}.calls", place / f"{number}.answers"
        calls.write_bytes(pickle.dumps(_examples(folder)))
        jobs.append([str(folder), str(calls), str(answers)])
    (place / "jobs").write_text(json.dumps(jobs))
    subprocess.run([python, "-c", LOADER, place / "jobs"], check=True)
    return [pickle.loads(Path(answers).read_bytes()) for _, _, answers in jobs]


def _difference(found: dict, expected: dict) -> float:
    """The largest difference: of pictures in files as it is in [0, 1], of other numbers a share of the largest."""
    return max(_apart(found[name][key], value) for name, made in expected.items() for key, value in made.items())


def _apart(found: np.ndarray, expected: np.ndarray) -> float:
    if expected.dtype != object:
        scale = float(np.abs(expected).max(initial=0)) or 1.0
        return float(np.abs(found.astype(float) - expected).max(initial=0)) / scale
    pairs = zip(found.ravel(), expected.ravel(), strict=True)
    return max((_pictures_apart(*pair) for pair in pairs), default=0.0)


def _pictures_apart(found: bytes, expected: bytes) -> float:
    import tensorflow as tf

    if not expected.startswith(b"\x89PNG"):
        return float(found != expected)
    one, other = (tf.io.decode_png(data).numpy().astype(float) for data in (found, expected))
    return float(np.abs(one - other).max()) / 255


def main() -> None:
    """Compares and prints a line for each model."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.older_loader", description=__doc__.splitlines()[0])
    parser.add_argument("models", type=Path, help="folder of exported models")
    parser.add_argument("--python", required=True, help="Python of an environment that has the other TensorFlow")
    arguments = parser.parse_args()
    folders = [_newest(model) for model in sorted(arguments.models.iterdir()) if model.is_dir()]
    with tempfile.TemporaryDirectory() as older, tempfile.TemporaryDirectory() as own:
        found = _answers(arguments.python, folders, Path(older))
        expected = _answers(sys.executable, folders, Path(own))
    print(f"| model | TensorFlow {found[0][0]} | largest difference from TensorFlow {expected[0][0]} |\n|---|---|---|")
    for folder, (_, made), (_, right) in zip(folders, found, expected, strict=True):
        failed = isinstance(made, str)
        print(f"| {folder.parent.name} | {made if failed else 'loads and runs'} | "
              f"{'' if failed else f'{_difference(made, right):.1e}'} |")  # fmt: skip


if __name__ == "__main__":
    main()
