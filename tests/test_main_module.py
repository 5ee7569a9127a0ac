import subprocess
import sys

from nst_tf.version import __version__


def test_the_package_runs_as_a_module():
    ended = subprocess.run([sys.executable, "-m", "nst_tf", "--version"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"nst-tf {__version__}\n", "")


def test_its_exit_status_is_that_of_the_command():
    ended = subprocess.run([sys.executable, "-m", "nst_tf", "paint"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("nst-tf: error: unknown verb 'paint'")
