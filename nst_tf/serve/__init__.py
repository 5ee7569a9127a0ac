"""Serving SavedModels over gRPC and REST as TensorFlow Serving does, and a client for either server."""
