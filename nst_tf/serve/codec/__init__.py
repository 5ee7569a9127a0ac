"""Tensors and refusals on the wire, as gRPC and REST have them; client and server share it."""
