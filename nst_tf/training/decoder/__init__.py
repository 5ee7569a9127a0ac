"""Training a decoder of VGG16's features."""
