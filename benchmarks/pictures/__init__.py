"""Methods of style transfer side by side: `python -m benchmarks.pictures`."""
