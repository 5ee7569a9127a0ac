"""A server as a process, and how much memory it takes."""

import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import psutil

from nst_tf.errors import NstError

__all__ = ["ServerProcess"]

SERVE = "import sys; from nst_tf.cli.main import run; sys.exit(run(['serve', *sys.argv[1:]]))"
LISTENS = re.compile(r"gRPC at (([0-9.]+):\d+), REST at http://[0-9.]+:(\d+)/")
CHECKOUT = Path(__file__).parents[2]  # where `benchmarks` can be imported
PATIENCE = 60.0  # seconds to stop


class ServerProcess:
    """`nst-tf serve` on free ports of this machine, in a `with` block.

    Args:
        models: Folder of the models.
        code: What Python runs, with the options of the verb as its arguments.
        before: What the shell runs before that, and all of that after it.

    Attributes:
        address: Of gRPC.
        host: Of both ports.
        rest_port: The other one.
        told: The lines of its log.
    """

    def __init__(self, models: Path, code: str = SERVE, before: Sequence[str] = ()):
        options = ["--model-dir", str(models), "--port", "0", "--rest-port", "0", "--poll", "0.2"]
        self._command = [*before, sys.executable, "-c", code, *options]

    def __enter__(self):
        self._process = subprocess.Popen(self._command, cwd=CHECKOUT, stderr=subprocess.PIPE, text=True)
        self.told: list[str] = []
        found = self._listening()
        self.address, self.host, self.rest_port = found[1], found[2], int(found[3])
        # Or the server would wait for somebody to read what it tells.
        self._reader = threading.Thread(target=lambda: self.told.extend(self._process.stderr), daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self) -> int:
        """Ends it by SIGTERM; returns its exit status, which is that of SIGKILL if it did not end in time."""
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        self._process.stderr.close()
        return self._process.returncode

    def _listening(self) -> re.Match:
        for line in self._process.stderr:
            self.told.append(line)
            if found := LISTENS.search(line):
                return found
        self._process.stderr.close()
        raise NstError(f"the server did not start: {' '.join(self.told)}")

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    @property
    def memory(self) -> float:
        """What it has in memory, in MB."""
        return psutil.Process(self._process.pid).memory_info().rss / 1e6
