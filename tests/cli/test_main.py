import subprocess
import sys

import pytest

from nst_tf.cli.main import VERBS
from nst_tf.cli.verbs import stylize
from nst_tf.version import __version__

PROGRAM = """
import sys
from nst_tf.cli.main import run
for line in sys.argv[1:]:
    try:
        run(line.split("\\n"))
    except SystemExit:
        pass
    large = ("tensorflow", "keras", "numpy", "PIL", "tqdm", "matplotlib", "h5py")
    print("imported", [name for name in large if name in sys.modules])
"""


def start(program, *arguments, **options):
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def imported(*commands, **options):
    """What is imported after each of some commands in one process, and what the process ended with."""
    ended = start(PROGRAM, *("\n".join(map(str, command)) for command in commands), **options)
    return [line for line in ended.stdout.splitlines() if line.startswith("imported")], ended


def test_what_needs_no_work_imports_nothing_large():
    names = [verb.__name__.rpartition(".")[2].replace("_", "-") for verb in VERBS]
    commands = [["--help"], ["--version"], ["stylize", "--size", "x"], *([name, "--help"] for name in names)]
    found, ended = imported(*commands)
    assert dict(zip(map(tuple, commands), found, strict=True)) == {tuple(one): "imported []" for one in commands}
    assert all(f"usage: nst-tf {name}" in ended.stdout for name in names)


def test_checks_inputs_before_tensorflow_is_imported(pictures):
    files = [pictures / name for name in ("none.png", "style.jpg")]
    (found,), ended = imported(["stylize", *files, "-o", pictures / "out.png"])
    assert "tensorflow" not in found
    assert ended.stderr == f"nst-tf: error: cannot read {files[0]}: there is no such file\n"


def test_version(command):
    assert command("--version") == (0, f"nst-tf {__version__}\n", "")


def test_a_verb_without_its_arguments_shows_usage(command):
    assert command("stylize", "--help").out.startswith("usage: nst-tf stylize CONTENT STYLE [STYLE ...] -o OUT")


@pytest.mark.parametrize("debug", [False, True])
def test_an_unexpected_error_has_a_traceback_with_debug_only(command, monkeypatch, debug):
    monkeypatch.setattr(stylize, "chosen", lambda *_: 1 / 0)
    status, out, err = command("stylize", "a", "b", "-o", "c", *["--debug"] * debug)
    lines = err.splitlines()
    assert (status, out) == (1, "")
    assert lines[0] == (
        "nst-tf: error: internal error (ZeroDivisionError: division by zero); "
        "run with --debug to see where it comes from"
    )
    assert (lines[-1] == "ZeroDivisionError: division by zero") is debug
    assert (len(lines) > 1) is debug


def test_a_reader_that_went_away_is_no_error():
    program = (
        "import sys; from nst_tf.cli import main; from nst_tf.cli.verbs import stylize; "
        "stylize.run = lambda arguments: print('x' * 100000) or 0; "
        "sys.exit(main.run(['stylize', 'a', 'b', '-o', 'c']))"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


@pytest.mark.parametrize(
    ("verb", "count"), [("stylize", 2), ("texture", 1), ("dream", 1), ("deconv", 1), ("occlude", 1), ("export", 1)]
)
def test_help_warns_that_a_saved_model_is_a_program(command, verb, count):
    assert " ".join(command(verb, "--help").out.split()).count("a program: use those you trust") == count
