"""`nst-tf` and `python -m nst_tf`."""

import sys

from nst_tf.cli.shell.stop import end_at_once

__all__ = ["main"]


def main() -> int:
    """Runs the command in a process of its own; gives the exit status."""
    end_at_once()
    # Only now what takes a while to import.
    from nst_tf.cli.main import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
