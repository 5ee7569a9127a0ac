"""Many pictures, one after the other; one that fails does not stop the others."""

from collections.abc import Callable, Sequence

from absl import logging

from nst_tf.cli.shell.failure import describe, is_expected, one_line
from nst_tf.cli.work.jobs import Job

__all__ = ["run_batch"]


def run_batch(jobs: Sequence[Job], make: Callable[[Job], None]) -> int:
    """Makes all pictures that can be made, then tells which could not.

    Args:
        jobs: The pictures.
        make: Makes one of them.

    Returns:
        The exit status: 2 if any failed, else 0.
    """
    failures, made = [], 0
    try:
        for job in jobs:
            try:
                make(job)
                made += 1
            except Exception as error:
                if not is_expected(error):
                    raise
                failures.append(_line(job, error))
    finally:
        for failure in failures:
            logging.error("error: %s", failure)
        logging.log(logging.ERROR if failures else logging.INFO, "%d of %d pictures made", made, len(jobs))
    return 2 if failures else 0


def _line(job: Job, error: Exception) -> str:
    line, name = describe(error)[1], one_line(str(job.source))
    return line if name in line else f"{name}: {line}"
