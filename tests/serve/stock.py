"""A client of TensorFlow Serving's public stubs alone."""

import grpc
import tensorflow as tf
from tensorflow_serving.apis.get_model_metadata_pb2 import GetModelMetadataRequest, SignatureDefMap
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusRequest
from tensorflow_serving.apis.model_management_pb2 import ReloadConfigRequest
from tensorflow_serving.apis.model_service_pb2_grpc import ModelServiceStub
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub


class StockClient:
    def __init__(self, port):
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}", [("grpc.max_receive_message_length", -1)])
        self.predictions = PredictionServiceStub(self.channel)
        self.models = ModelServiceStub(self.channel)

    def request(self, inputs, signature="", model="toy", version=None, label=None, outputs=()):
        request = PredictRequest(output_filter=outputs)
        request.model_spec.name, request.model_spec.signature_name = model, signature
        if version is not None:
            request.model_spec.version.value = version
        if label is not None:
            request.model_spec.version_label = label
        for name, array in inputs.items():
            request.inputs[name].CopyFrom(tf.make_tensor_proto(array))
        return request

    def predict(self, inputs, *arguments, timeout=20, **options):
        request = self.request(inputs, *arguments, **options)
        response = self.predictions.Predict(request, timeout=timeout)
        return {name: tf.make_ndarray(proto) for name, proto in response.outputs.items()}

    def status(self, model="toy", version=None):
        request = GetModelStatusRequest()
        request.model_spec.name = model
        if version is not None:
            request.model_spec.version.value = version
        return self.models.GetModelStatus(request, timeout=10).model_version_status

    def signatures(self, model="toy", fields=("signature_def",)):
        request = GetModelMetadataRequest(metadata_field=fields)
        request.model_spec.name = model
        response = self.predictions.GetModelMetadata(request, timeout=10)
        found = SignatureDefMap()
        response.metadata["signature_def"].Unpack(found)
        return response.model_spec, found.signature_def

    def reload(self, *models):
        request = ReloadConfigRequest()
        request.config.model_config_list.SetInParent()
        for model in models:
            request.config.model_config_list.config.add(model_platform="tensorflow", **model)
        return self.models.HandleReloadConfigRequest(request, timeout=30)
