"""A client for the embedded server and for TensorFlow Serving."""

from nst_tf.serve.client.client import Client

__all__ = ["Client"]
