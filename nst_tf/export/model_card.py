"""The card of an exported model: what it is, what goes in and comes out, and how to call it."""

import json
from pathlib import Path

import tensorflow as tf
from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from nst_tf.export.servable import Servable
from nst_tf.export.signature.inputs import Input
from nst_tf.export.signature.signature import Signature
from nst_tf.version import __version__

__all__ = ["shape_text", "write_card"]


def write_card(servable: Servable, folder: Path) -> None:
    """Writes `MODEL_CARD.md` into the folder of a version that holds the SavedModel.

    Args:
        servable: What was exported.
        folder: Of the version.
    """
    written = SavedModel.FromString((folder / "saved_model.pb").read_bytes()).meta_graphs[0].signature_def
    fingerprint = tf.saved_model.experimental.read_fingerprint(str(folder))
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    parts = [
        f"# {servable.name}",
        servable.summary,
        "\n".join(f"- {note}" for note in servable.notes),
        f"Made by `nst-tf export` of nst_tf {__version__}, with TensorFlow {tf.__version__}. {size / 1e6:.1f} MB.",
        f"Fingerprint: `{fingerprint.singleprint()}`",
        "## Weights",
        "\n".join(f"- {line}" for line in servable.weights),
        "## Signatures",
        "Every input and output has a leading batch dimension. Inputs with a default may be left out over gRPC and in "
        "Python; REST must give them all, or call `serving_default`, which takes nothing but images.",
        *(_signature(name, one, written[name]) for name, one in servable.signatures.items()),
        "## How to call it",
        _how(servable),
    ]
    (folder / "MODEL_CARD.md").write_text("\n\n".join(part for part in parts if part) + "\n")


def shape_text(spec: tf.TensorSpec) -> str:
    """The type and the shape of a tensor, for people."""
    return f"{spec.dtype.name} [{', '.join('?' if side is None else str(side) for side in spec.shape)}]"


def _signature(name: str, signature: Signature, written: SignatureDef) -> str:
    made = {key: tf.TensorSpec(one.tensor_shape, one.dtype) for key, one in written.outputs.items()}
    rows = ["| input | type and shape | default | allowed | what it is |", "|---|---|---|---|---|"]
    rows += [_input_row(one) for one in signature.inputs]
    rows += ["", "| output | type and shape | what it is |", "|---|---|---|"]
    rows += [f"| `{key}` | {shape_text(made[key])} | {text} |" for key, text in signature.outputs.items()]
    return f"### `{name}`\n\n" + "\n".join(rows)


def _input_row(one: Input) -> str:
    default = "" if one.default is None else f"`{json.dumps(one.default)}`"
    return f"| `{one.name}` | {shape_text(one.spec)} | {default} | {one.allowed} | {one.text} |"


def _how(servable: Servable) -> str:
    encoded = [one.name for one in servable.signatures["serving_default"].inputs]
    files = {name: f"{name.removesuffix('_bytes')}.jpg" for name in encoded}
    instance = ", ".join(f'"{name}": {{"b64": "\'"$(base64 -w0 {file})"\'"}}' for name, file in files.items())
    requests = "\n".join(
        f'request.inputs["{name}"].CopyFrom(tf.make_tensor_proto([open("{file}", "rb").read()]))'
        for name, file in files.items()
    )
    values = ", ".join(f'{name}=tf.constant([open("{file}", "rb").read()])' for name, file in files.items())
    return HOW.format(name=servable.name, instance=instance, requests=requests, values=values)


HOW = """REST:

```bash
curl http://localhost:8501/v1/models/{name}:predict -d '{{"instances": [{{{instance}}}]}}'
```

gRPC:

```python
import grpc
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

options = [("grpc.max_receive_message_length", 2**28), ("grpc.max_send_message_length", 2**28)]
stub = prediction_service_pb2_grpc.PredictionServiceStub(grpc.insecure_channel("localhost:8500", options))
request = predict_pb2.PredictRequest()
request.model_spec.name = "{name}"
{requests}
response = stub.Predict(request, timeout=300)
```

Python, in the folder of a version:

```python
import tensorflow as tf

model = tf.saved_model.load(".")
answer = model.signatures["serving_default"]({values})
```"""
