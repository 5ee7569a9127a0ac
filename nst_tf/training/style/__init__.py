"""Training of networks that hold a few styles."""
