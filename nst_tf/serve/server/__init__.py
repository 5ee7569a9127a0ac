"""The embedded server: models and their versions, queue, gRPC and REST."""
