"""`--vary` and the paintings, read and refused in the words that the user typed."""

from dataclasses import dataclass

import pytest

from nst_tf.cli.work.comparison.axes import paintings, read_axes
from nst_tf.errors import InputError
from nst_tf.one_pass.settings import FAST
from nst_tf.recipes.stylize.settings import PRESETS
from nst_tf.settings import Presets, setting


def _changes(text, presets=PRESETS):
    [axis] = read_axes([text], presets, ())
    return [choice.change for choice in axis.choices]


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("strength=0.3,1", [{"strength": 0.3}, {"strength": 1.0}]),
        ("style-scale=2", [{"style_scale": 2.0}]),
        ("size=64,128", [{"size": 64}, {"size": 128}]),
        ("steps=20,10;40", [{"steps": (20, 10)}, {"steps": (40,)}]),
        ("style-layers=relu1_1=1,relu2_1=2", [{"style_layers": {"relu1_1": 1.0, "relu2_1": 2.0}}]),
        ("preserve-color=none,luminance", [{"preserve_color": None}, {"preserve_color": "luminance"}]),
        ("preset=draft,gatys", [{"preset": "draft"}, {"preset": "gatys"}]),
    ],
    ids=["shares", "one", "wholes", "tuples", "layers", "none", "preset"],
)
def test_values_become_settings(text, changes):
    assert _changes(text) == changes


def test_a_choice_is_called_as_it_was_typed():
    [axis] = read_axes(["style-scale=1,1.50"], PRESETS, ())
    assert (axis.name, [choice.label for choice in axis.choices]) == (
        "style-scale",
        ["style-scale 1", "style-scale 1.50"],
    )


@dataclass(frozen=True)
class Woven:
    tight: bool = setting(True, "whether it is tight")
    seed: int = setting(0, "of the knots", unit="NUMBER")


def test_a_switch_is_on_or_off():
    assert _changes("tight=on,off", Presets({"default": Woven()})) == [{"tight": True}, {"tight": False}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("strenght=1", r"^--vary strenght=1: unknown setting 'strenght'; did you mean 'strength'\?"),
        ("style_scale=1", "unknown setting 'style_scale'; did you mean 'style-scale'"),
        ("strength", r"^--vary strength has no values; it is of the form strength=NUMBER,\.\.\.$"),
        ("strength=", r"^--vary strength= has no values; it is of the form strength=NUMBER,\.\.\.$"),
        ("strength=1,,2", "^--vary strength=1,,2 has an empty value"),
        ("strength=0.5,2", r"^--vary strength is 2\.0; it must be a number not above 1$"),
        ("strength=0.5,0.5", r"^--vary strength has 0\.5 2 times; once is enough$"),
        ("strength=much", "^--vary strength: 'much' is not a number$"),
        ("style-loss=grm", "'grm'; did you mean 'gram'"),
        ("preset=gats", "^--vary preset: unknown preset 'gats'; did you mean 'gatys'"),
        ("steps=20;", "^--vary steps=20; has an empty value"),
    ],
)  # fmt: skip
def test_what_cannot_be_varied_is_refused(text, words):
    with pytest.raises(InputError, match=words):
        read_axes([text], PRESETS, ())


def test_a_setting_is_given_once():
    with pytest.raises(InputError, match=r"^--vary has strength 2 times; once is enough$"):
        read_axes(["strength=1", "strength=0.5"], PRESETS, ())
    with pytest.raises(InputError, match=r"^--style-scale is given, and --vary style-scale varies it; leave one"):
        read_axes(["style-scale=1,2"], PRESETS, ["style_scale"])
    with pytest.raises(InputError, match=r"^--preset is given, and --vary preset varies it"):
        read_axes(["preset=draft,default"], PRESETS, ["preset"])


def test_one_pass_has_no_presets():
    with pytest.raises(InputError, match="unknown setting 'preset'; there is: size, strength, swap"):
        read_axes(["preset=default"], FAST, ())


def test_paintings_of_one_name_are_called_by_their_paths():
    assert [choice.label for choice in paintings(["a/wave.jpg", "b/sea.png"]).choices] == ["wave", "sea"]
    assert [choice.label for choice in paintings(["a/x.jpg", "b/x.png"]).choices] == ["a/x.jpg", "b/x.png"]
    with pytest.raises(InputError, match=r"^STYLE has a\.jpg 2 times; once is enough$"):
        paintings(["a.jpg", "a.jpg"])
