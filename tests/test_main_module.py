"""The command as a process of its own."""

import signal
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from nst_tf.version import __version__

TESTS = Path(__file__).parent
NST_TF = [sys.executable, "-m", "nst_tf"]
PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # where tests run in the background, it is ignored
sys.path.insert(0, {!r})
from nst_tf.__main__ import main
sys.exit(main())
"""
# A module that says that it is being imported, and takes for ever: in short pieces, since a signal that comes just
# before a sleep begins is heeded only when it has ended.
SLOW = "import time\nprint('importing', flush=True)\nwhile True:\n    time.sleep(0.05)\n"


def test_the_package_runs_as_a_module():
    ended = subprocess.run([*NST_TF, "--version"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"nst-tf {__version__}\n", "")


def test_its_exit_status_is_that_of_the_command():
    ended = subprocess.run([*NST_TF, "paint"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("nst-tf: error: unknown verb 'paint'")


@pytest.mark.parametrize("module", ["absl", "numpy", "keras"])  # of the command, of its images, and with TensorFlow
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_during_imports_is_one_line(tmp_path, module, number, status):
    (tmp_path / module).mkdir()
    (tmp_path / module / "__init__.py").write_text(SLOW)
    program = PROGRAM.format(str(tmp_path))
    photo = TESTS / "data" / "kitten.jpg"
    command = [sys.executable, "-c", program, "stylize", photo, photo, "-o", tmp_path / "out.png"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as process:
        assert process.stdout.readline() == "importing\n"
        process.send_signal(number)
        assert process.communicate(timeout=60) == ("", "nst-tf: stopped\n")
    assert process.returncode == status
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-"])
def test_a_closed_standard_output_is_no_error(closed):
    # By a shell: what is forked here, with the threads of other tests, may not live to close anything.
    command = ["sh", "-c", f'exec "$@" {closed}', "sh", *NST_TF, "--version"]
    ended = subprocess.run(command, stderr=subprocess.PIPE, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_the_command_is_installed_as_that_of_the_module():
    setup = ConfigParser()
    setup.read(TESTS.parent / "setup.cfg")
    assert setup["options.entry_points"]["console_scripts"].strip() == "nst-tf = nst_tf.__main__:main"
