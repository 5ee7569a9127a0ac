"""Schemas of TensorFlow Serving's text files that its Python package lacks: names, numbers and kinds of the fields."""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, wrappers_pb2

_FIELD = descriptor_pb2.FieldDescriptorProto
_TEXT, _FLAG, _LONG, _MESSAGE = _FIELD.TYPE_STRING, _FIELD.TYPE_BOOL, _FIELD.TYPE_INT64, _FIELD.TYPE_MESSAGE
_MESSAGES = {
    "PrometheusConfig": {"enable": (1, _FLAG), "path": (2, _TEXT)},
    "MonitoringConfig": {"prometheus_config": (1, ".nst_tf.PrometheusConfig")},
    "SSLConfig": {
        "server_key": (1, _TEXT),
        "server_cert": (2, _TEXT),
        "custom_ca": (3, _TEXT),
        "client_verify": (4, _FLAG),
    },
    "BatchingParameters": {
        "max_batch_size": (1, ".google.protobuf.Int64Value"),
        "batch_timeout_micros": (2, ".google.protobuf.Int64Value"),
        "max_enqueued_batches": (3, ".google.protobuf.Int64Value"),
        "num_batch_threads": (4, ".google.protobuf.Int64Value"),
        "thread_pool_name": (5, ".google.protobuf.StringValue"),
        "allowed_batch_sizes": (6, [_LONG]),
        "pad_variable_length_inputs": (7, _FLAG),
    },
}


def _field(name, number, kind):
    repeated, kind = (True, kind[0]) if isinstance(kind, list) else (False, kind)
    label = _FIELD.LABEL_REPEATED if repeated else _FIELD.LABEL_OPTIONAL
    if isinstance(kind, str):
        return _FIELD(name=name, number=number, label=label, type=_MESSAGE, type_name=kind)
    return _FIELD(name=name, number=number, label=label, type=kind)


def _make():
    file = descriptor_pb2.FileDescriptorProto(name="nst_tf_serving.proto", package="nst_tf", syntax="proto3")
    file.dependency.append(wrappers_pb2.DESCRIPTOR.name)
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        message.field.extend(_field(name, *rest) for name, rest in fields.items())
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"nst_tf.{name}")) for name in _MESSAGES}


_CLASSES = _make()
MonitoringConfig = _CLASSES["MonitoringConfig"]
SSLConfig = _CLASSES["SSLConfig"]
BatchingParameters = _CLASSES["BatchingParameters"]
