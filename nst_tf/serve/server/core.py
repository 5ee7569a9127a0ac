"""What a server answers, whatever the interface."""

import asyncio
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import grpc
import numpy as np
from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef
from tensorflow_serving.apis.get_model_metadata_pb2 import SignatureDefMap
from tensorflow_serving.apis.get_model_status_pb2 import ModelVersionStatus
from tensorflow_serving.apis.model_pb2 import ModelSpec

from nst_tf.serve.codec.refusal import Refusal, refusal_of
from nst_tf.serve.codec.request_check import checked_answer, checked_inputs, checked_outputs, with_reports
from nst_tf.serve.server.batch import Request
from nst_tf.serve.server.batching_parameters import ALONE
from nst_tf.serve.server.loaded_model import DEFAULT_SIGNATURE
from nst_tf.serve.server.metrics import Metrics
from nst_tf.serve.server.model import Model
from nst_tf.serve.server.models import Models
from nst_tf.serve.server.version import Version
from nst_tf.serve.within import within

__all__ = ["Core", "Prediction"]


@dataclass(frozen=True)
class Prediction:
    """An answer: the outputs by their names, and the spec of what has computed them."""

    spec: ModelSpec
    outputs: dict[str, np.ndarray]


class Core:
    """Answers requests out of the models.

    Args:
        models: All models.
        metrics: Where requests are counted.
        batching: Whether requests are put together where a version says how.
        limit: Most seconds for a prediction, whatever its client would wait.
    """

    def __init__(self, models: Models, metrics: Metrics, batching: bool, limit: float):
        self.models, self.metrics, self._batching, self._limit = models, metrics, batching, limit

    async def predict(
        self,
        interface: str,
        spec: ModelSpec,
        inputs: Mapping[str, np.ndarray],
        outputs: Collection[str] = (),
        seconds: float | None = None,
    ) -> Prediction:
        """Computes an answer, and counts it.

        Args:
            interface: By which the request came, for the metrics.
            spec: Of the model.
            inputs: By their names.
            outputs: Names of those wanted; none means all.
            seconds: That the client will wait; then, and likewise when the call is cancelled, the request leaves the
                queue or its run is stopped.

        Raises:
            Refusal: There is no answer.
        """
        started, code = time.monotonic(), grpc.StatusCode.CANCELLED
        limit = self._limit if seconds is None else min(seconds, self._limit)
        try:
            prediction = await self._predict(spec, inputs, outputs, limit)
            code = grpc.StatusCode.OK
        except Exception as error:
            refusal = refusal_of(error)
            code = refusal.code
            raise refusal from error
        finally:
            known = any(model.name == spec.name for model in self.models)
            self.metrics.count(spec.name if known else "", interface, code, time.monotonic() - started)
        return prediction

    async def _predict(
        self, spec: ModelSpec, inputs: Mapping[str, np.ndarray], outputs: Collection[str], seconds: float
    ) -> Prediction:
        model, version = self._acquire(spec)
        try:
            request = self._request(version, spec.signature_name, inputs, outputs)
            model.queue.put(request)
        except BaseException:
            version.release()
            raise
        request.answer.add_done_callback(version.release)
        try:
            found = await within(seconds, asyncio.wrap_future(request.answer))
        except asyncio.TimeoutError:
            raise Refusal(grpc.StatusCode.DEADLINE_EXCEEDED, f"no answer within {seconds:.3g} s") from None
        finally:
            request.abandon()
        found = checked_answer(request.model.signature(spec.signature_name), found, outputs)
        answered = ModelSpec(name=model.name, signature_name=spec.signature_name or DEFAULT_SIGNATURE)
        answered.version.value = version.number
        return Prediction(answered, found)

    def _request(
        self,
        version: Version,
        name: str,
        inputs: Mapping[str, np.ndarray],
        outputs: Collection[str],
    ) -> Request:
        signature = version.model.signature(name)
        return Request(
            version.model,
            name,
            checked_inputs(signature, inputs),
            with_reports(signature, checked_outputs(signature, outputs)),
            version.batching if self._batching else ALONE,
        )

    def _acquire(self, spec: ModelSpec) -> tuple[Model, Version]:
        self.models.check_loaded()
        model = self.models[spec.name]
        number = spec.version.value if spec.HasField("version") else None
        return model, model.acquire(number, spec.version_label)

    def signature(self, spec: ModelSpec) -> SignatureDef:
        """The signature that a request names.

        Raises:
            Refusal: The model, the version or the signature is not there, or not yet.
        """
        _, version = self._acquire(spec)
        try:
            return version.model.signature(spec.signature_name)
        finally:
            version.release()

    def metadata(self, spec: ModelSpec) -> tuple[ModelSpec, SignatureDefMap]:
        """All signatures of a model, and its spec with the version.

        Raises:
            Refusal: The model or the version is not there, or not yet.
        """
        model, version = self._acquire(spec)
        try:
            signatures = SignatureDefMap(signature_def=version.model.signatures)
        finally:
            version.release()
        answered = ModelSpec(name=model.name)
        answered.version.value = version.number
        return answered, signatures

    def status(self, spec: ModelSpec) -> list[ModelVersionStatus]:
        """The states of all versions, or of that which is named.

        Raises:
            Refusal: There is none.
        """
        versions = self._versions(spec)
        return [version.status() for _, version in sorted(versions.items(), reverse=True)]

    def _versions(self, spec: ModelSpec) -> dict[int, Version]:
        try:
            model = self.models[spec.name]
        except Refusal as refusal:
            raise Refusal(refusal.code, f"Could not find any versions of model {spec.name}: {refusal}") from refusal
        if not model.versions:
            self.models.check_loaded()
            path = model.config.base_path
            message = f"Could not find any versions of model {spec.name}: no folder in {path} is named by a number"
            raise Refusal(grpc.StatusCode.NOT_FOUND, message)
        number = spec.version.value if spec.HasField("version") else None
        if spec.version_label:
            number = model.labelled(spec.version_label)
        if number is None:
            return model.versions
        if number not in model.versions:
            raise Refusal(grpc.StatusCode.NOT_FOUND, f"Could not find version {number} of model {spec.name}")
        return {number: model.versions[number]}
