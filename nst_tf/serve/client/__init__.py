"""A client for the embedded server and for TensorFlow Serving."""
