"""Models for other runtimes than TensorFlow: one pass of a network, for images of one size."""
