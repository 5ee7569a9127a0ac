"""What measures `nst_tf`, and is not shipped with it: `python -m benchmarks` and `python -m benchmarks.serving`."""
