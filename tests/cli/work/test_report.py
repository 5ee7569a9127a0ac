import sys
from pathlib import Path

import pytest

from nst_tf.cli.work.report import peak_memory_mb


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_peak_memory_is_what_the_system_says():
    lines = Path("/proc/self/status").read_text().splitlines()
    kibibytes = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    assert peak_memory_mb() == pytest.approx(kibibytes * 1024 / 1e6, rel=0.02)
