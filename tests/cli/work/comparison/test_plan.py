"""Which pictures are made, where they stand, and that the command of each makes the same settings."""

import shlex

import pytest

from nst_tf.cli.main import make_parser
from nst_tf.cli.work.options import chosen
from nst_tf.errors import InputError
from nst_tf.one_pass.settings import FAST
from nst_tf.recipes.stylize.settings import PRESETS

STYLES = ["wave.jpg", "sea.jpg"]


def test_every_combination_is_made_once(compared):
    cells = compared(STYLES, "strength=0.3,0.6,1", "style-scale=1,2").cells
    made = {(cell.painting, cell.settings.strength, cell.settings.style_scale) for cell in cells}
    assert made == {(style, strength, scale) for style in STYLES for strength in (0.3, 0.6, 1) for scale in (1, 2)}
    assert len(cells) == 12


def test_what_has_the_most_choices_is_side_by_side(compared):
    rows = list(compared(STYLES, "strength=0.3,0.6,1").rows(range(12)))
    assert [(row.title, list(row.cells), row.labels) for row in rows] == [
        ("wave", [0, 1, 2], ["strength 0.3", "strength 0.6", "strength 1"]),
        ("sea", [3, 4, 5], ["strength 0.3", "strength 0.6", "strength 1"]),
    ]


@pytest.mark.parametrize(("number", "lengths"), [(3, [3]), (5, [5]), (6, [3, 3]), (8, [4, 4]), (11, [4, 4, 3])])
def test_one_thing_alone_is_broken_into_even_lines(compared, number, lengths):
    seeds = ",".join(map(str, range(number)))
    rows = list(compared(STYLES[:1], f"seed={seeds}").rows(range(12)))
    assert ([len(row.cells) for row in rows], {row.title for row in rows}) == (lengths, {""})


@pytest.mark.parametrize(
    ("common", "vary"),
    [
        ({"size": 192}, ["strength=0.3333333333,1", "preset=draft,gatys"]),
        ({"preset": "gatys", "tv_weight": 1.5}, ["steps=20,10;40", "preserve-color=none,histogram"]),
        ({"style_layers": {"relu1_1": 2.0}, "model": "a model.keras"}, ["seed=1,2"]),
    ],
    ids=["presets", "tuples", "layers"],
)
def test_the_command_makes_the_same_settings(compared, common, vary):
    for cell in compared(STYLES, *vary, **common).cells:
        arguments = make_parser().parse_args(shlex.split(cell.command)[1:])
        assert chosen(arguments, PRESETS) == cell.settings
        assert (arguments.verb, arguments.content, arguments.styles) == ("stylize", "a photo.jpg", [cell.painting])


def test_the_command_of_one_pass_says_so(compared):
    [first, _] = compared(STYLES[:1], "strength=0.5,1", presets=FAST, further=["--fast"], size=64).cells
    name = "a-photo-wave-strength-0.5.png"
    assert first.command == f"nst-tf stylize 'a photo.jpg' wave.jpg -o {name} --fast --size 64 --strength 0.5"


def test_results_of_the_commands_have_names_of_their_own(compared):
    cells = compared(STYLES, "strength=0.3,1").cells
    assert len({shlex.split(cell.command)[5] for cell in cells}) == len(cells)


def test_nothing_that_varies_is_refused(compared):
    with pytest.raises(InputError, match=r"^nothing varies; give several STYLEs, or --vary"):
        compared(STYLES[:1])


def test_too_many_pictures_are_refused_with_their_number(compared):
    seeds = ",".join(map(str, range(33)))
    words = "^2 paintings x 33 values of seed are 66 pictures, and 64 are the most to compare; give fewer values$"
    with pytest.raises(InputError, match=words):
        compared(STYLES, f"seed={seeds}")
