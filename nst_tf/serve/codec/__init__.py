"""Tensors, refusals and image files on the wire, as gRPC and REST have them."""
