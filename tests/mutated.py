"""How many damaged inputs tests are given: few by themselves, as many as `NST_TF_MUTATIONS` says."""

import os

__all__ = ["COUNT"]

COUNT = int(os.environ.get("NST_TF_MUTATIONS", "36"))
