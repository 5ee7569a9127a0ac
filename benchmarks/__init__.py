"""What measures `nst_tf`, and is not shipped with it.

`python -m benchmarks`, `python -m benchmarks.serving` and `python -m benchmarks.pictures`.
"""
