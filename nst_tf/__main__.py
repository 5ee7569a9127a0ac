"""`python -m nst_tf`: the same as `nst-tf`."""

import sys

from nst_tf.cli import run

__all__ = []

if __name__ == "__main__":
    sys.exit(run())
