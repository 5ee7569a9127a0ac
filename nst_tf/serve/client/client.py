"""A client for the embedded server and for TensorFlow Serving alike, over gRPC or REST."""

from collections.abc import Collection, Mapping
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef
from tensorflow_serving.apis.get_model_status_pb2 import ModelVersionStatus
from tensorflow_serving.apis.model_pb2 import ModelSpec

from nst_tf.serve.client.call_grpc import GrpcCalls
from nst_tf.serve.client.call_rest import RestCalls
from nst_tf.serve.client.connection import Connection
from nst_tf.serve.codec.refusal import Refusal, invalid
from nst_tf.serve.codec.request_check import checked_answer, with_reports
from nst_tf.serve.server.loaded_model import DEFAULT_SIGNATURE

__all__ = ["Client"]


class Client:
    """Asks a server for predictions; close it when done, or use it in a `with` block.

    A call that the server could not take (UNAVAILABLE) is tried again, up to four times, after longer and longer waits;
    nothing else is.

    Args:
        server: `HOST:PORT`.
        rest: Whether that is the port of REST; it is that of gRPC otherwise.
        timeout: Seconds for an answer, tries together.
        tls: Whether the server has a certificate.
        authority: PEM file of the authority that has signed it; by default, those that the system trusts.
        token: For a server that wants one.

    Raises:
        InputError: The authority's file cannot be read.

    Example:
        >>> with Client("127.0.0.1:8500") as client:
        ...     found = client.predict("stylize", {"content_bytes": [content], "style_bytes": [style]})
        >>> found["picture_bytes"][0]
    """

    def __init__(
        self,
        server: str = "127.0.0.1:8500",
        *,
        rest: bool = False,
        timeout: float = 120.0,
        tls: bool = False,
        authority: str | None = None,
        token: str = "",
    ):
        connection = Connection(server, timeout, tls or authority is not None, authority, token)
        self._calls = RestCalls(connection) if rest else GrpcCalls(connection)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection."""
        self._calls.close()

    def predict(
        self,
        model: str,
        inputs: Mapping[str, Any],
        *,
        signature: str = DEFAULT_SIGNATURE,
        outputs: Collection[str] = (),
        version: int | None = None,
        label: str | None = None,
    ) -> dict[str, np.ndarray]:
        """Asks for a prediction, of the version whose signature the inputs were brought to.

        The signature is asked for each time: while a client lives, a server may go over to a version of another one.

        Args:
            model: Its name.
            inputs: By their names: anything that NumPy makes an array of, which is brought to the type that the
                signature takes; bytes or text where it takes strings.
            signature: Its name.
            outputs: Names of those wanted; none means all.
            version: Of the model; by default the newest.
            label: Of a version, instead of its number.

        Returns:
            The outputs, by their names; strings as arrays of bytes. Of several images some may have failed: those
            whose `status` is not 0, and `message` says why.

        Raises:
            Refusal: With the code of the server, or UNAVAILABLE if it cannot be reached, or INVALID_ARGUMENT for an
                input that is unknown or of another type, and if all images have failed.
        """
        asked = _spec(model, signature, version, label)
        spec, taken = self._signature(asked)
        while True:
            arrays = {name: _array(name, value, taken) for name, value in inputs.items()}
            try:
                found = self._calls.predict(spec, taken, arrays, with_reports(taken, outputs))
                return checked_answer(taken, found, outputs)
            except Refusal as refusal:
                if refusal.code != grpc.StatusCode.NOT_FOUND:
                    raise
                before = spec
                spec, taken = self._signature(asked)
                if spec == before:  # it was not unloaded meanwhile
                    raise

    def status(self, model: str) -> list[ModelVersionStatus]:
        """The states of a model's versions, the newest first.

        Raises:
            Refusal: As `predict`.
        """
        return self._calls.status(_spec(model))

    def signatures(
        self, model: str, *, version: int | None = None, label: str | None = None
    ) -> dict[str, SignatureDef]:
        """What a model takes and gives, by the names of its signatures.

        Raises:
            Refusal: As `predict`.
        """
        return self._calls.signatures(_spec(model, "", version, label))[1]

    def _signature(self, asked: ModelSpec) -> tuple[ModelSpec, SignatureDef]:
        """The signature, and the spec of the very version that has it."""
        answered, found = self._calls.signatures(asked)
        if asked.signature_name not in found:
            message = f"there is no signature {asked.signature_name!r}; there is: {', '.join(sorted(found))}"
            raise invalid(message)
        spec = ModelSpec()
        spec.CopyFrom(asked)
        if answered.HasField("version"):
            spec.version.CopyFrom(answered.version)
        return spec, found[asked.signature_name]


def _spec(model: str, signature: str = "", version: int | None = None, label: str | None = None) -> ModelSpec:
    spec = ModelSpec(name=model, signature_name=signature)
    if label is not None:
        spec.version_label = label
    if version is not None:
        spec.version.value = version
    return spec


def _array(name: str, value: Any, signature: SignatureDef) -> np.ndarray:
    if name not in signature.inputs:
        known = ", ".join(sorted(signature.inputs))
        raise invalid(f"there is no input {name!r}; there is: {known}")
    kind = tf.as_dtype(signature.inputs[name].dtype)
    if kind == tf.string:
        array = np.array(value, object)
        return np.vectorize(tf.compat.as_bytes, otypes=[object])(array) if array.size else array
    array = np.asarray(value)
    if not np.can_cast(array.dtype, kind.as_numpy_dtype, "same_kind"):
        raise invalid(f"input {name!r} takes {kind.name}, not {array.dtype.name}")
    return array.astype(kind.as_numpy_dtype, copy=False)
