import pytest

from nst_tf.cli.main import VERBS
from nst_tf.cli.shell.parser import Parser

NAMES = ", ".join(verb.__name__.rpartition(".")[2].replace("_", "-") for verb in VERBS)
REST = ("a.png", "b.png", "-o", "c.png")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), f"a verb is missing, one of {NAMES}; `nst-tf --help` tells more"),
        (("stylise",), f"unknown verb 'stylise'; did you mean 'stylize'? there is: {NAMES}"),
        (("--verion",), "unknown option '--verion'; did you mean '--version'?"),
        (("stylize", *REST, "--sise", "64"), "unknown option '--sise'; did you mean '--size'?"),
        (("stylize", "--sise=64"), "unknown option '--sise'; did you mean '--size'?"),
        (("stylize", "--siz", "64", *REST), "unknown option '--siz'; did you mean '--size'?"),
        (("stylize", *REST, "--brush", "m.png"), "unknown option '--brush'; `nst-tf stylize --help` lists all"),
        (("export", "--out", "models"), "unknown option '--out'; did you mean '--output'?"),
        (("stylize", *REST, "--qqq"), "unknown option '--qqq'; `nst-tf stylize --help` lists all"),
        (("stylize", *REST, "--size", "abc"), "argument --size: 'abc' is not a whole number"),
        (("stylize", *REST, "--size"), "argument --size: expected one argument"),
        (("stylize", *REST, "--time-limit", "-3"), "argument --time-limit: '-3' is not above 0"),
        (("stylize", *REST, "--save-every", "0"), "argument --save-every: '0' is not 1 or more"),
        (("stylize", *REST, "--quality", "101"), "argument --quality: '101' is not between 1 and 100"),
        (
            ("stylize", "a.png", "-o", "c.png"),
            "no STYLE was given; at least one image is needed after CONTENT, or a --region",
        ),
        (("stylize", "a.png", "b.png"), "the following arguments are required: -o/--output"),
        (
            ("stylize", *REST, "d.png"),
            "unexpected argument 'd.png'; give all arguments that are no options side by side",
        ),
        (("--flagfile=missing", "info"), "Unable to open flagfile: [Errno 2] No such file or directory: 'missing'"),
    ],
)
def test_refuses_in_one_line(command, arguments, message):
    assert command(*arguments) == (2, "", f"nst-tf: error: {message}\n")


def test_refuses_a_value_that_is_no_choice(command):
    status, out, err = command("stylize", *REST, "--bit-depth", "12")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "--bit-depth: invalid choice: 12" in err


def test_refuses_an_absl_flag_of_a_wrong_value(command):
    status, out, err = command("--verbosity=abc", "info")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "--verbosity=abc" in err


def test_takes_what_follows_two_dashes_as_names():
    parser = Parser()
    parser.add_argument("names", nargs="+")
    assert parser.parse_args(["--", "--size", "x"]).names == ["--size", "x"]
