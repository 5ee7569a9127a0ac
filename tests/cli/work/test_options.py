import re
from dataclasses import dataclass, fields

import pytest

from nst_tf.cli import make_parser
from nst_tf.cli.main import VERBS
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.work.options import add_settings, chosen, preset_options
from nst_tf.errors import InputError
from nst_tf.recipes.stylize.settings import PRESETS, StylizeSettings
from nst_tf.settings.presets import Presets

REST = ["stylize", "a", "b", "-o", "c"]


@pytest.mark.parametrize("verb", [verb for verb in VERBS if hasattr(verb, "OPTIONS")], ids=lambda verb: verb.__name__)
def test_every_setting_has_one_option(verb):
    named = [name for group in verb.OPTIONS.values() for name in group]
    assert sorted(named) == sorted(setting.name for setting in fields(verb.PRESETS["default"]))


@pytest.mark.parametrize("name", PRESETS)
def test_without_options_the_preset_stays_as_it_is(name):
    settings = chosen(make_parser().parse_args([*REST, "--preset", name]), PRESETS)
    assert settings == {"preset": name}
    assert PRESETS.choose(**settings) == PRESETS[name]


@dataclass(frozen=True)
class Switched:
    smooth: bool = True
    scale: float | None = None
    layers: tuple[str, ...] = ("a",)
    seed: int = 0


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("", {}),
        ("--no-smooth", {"smooth": False}),
        ("--smooth --scale 2", {"smooth": True, "scale": 2.0}),
        ("--layers a,b/c", {"layers": ("a", "b/c")}),
    ],
)
def test_switches_and_settings_that_may_be_missing(text, given):
    presets = Presets({"default": Switched(), "rough": Switched(smooth=False, scale=0.5)})
    parser = Parser(inherited_absl_flags=None)
    rows = dict.fromkeys(presets.types, ("VALUE", "what it is"))
    add_settings(parser, presets, {"all": rows})
    assert chosen(parser.parse_args(text.split()), presets) == {"preset": "default", **given}
    assert preset_options(presets, "rough") == "--no-smooth --scale 0.5"
    assert "what it is (default: on)" in parser.format_help()


def test_values_are_checked():
    with pytest.raises(InputError, match=r"^growth is 1\.0; it must be above 1$"):
        chosen(make_parser().parse_args([*REST, "--growth", "1"]), PRESETS)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("--size 64", "size", 64),
        ("--content-layers relu4_2=1,relu3_1=2", "content_layers", {"relu4_2": 1.0, "relu3_1": 2.0}),
        ("--style-blend 0.7,0.3", "style_blend", (0.7, 0.3)),
        ("--steps 40,25,20", "steps", (40, 25, 20)),
        ("--preserve-color luminance", "preserve_color", "luminance"),
        ("--tv-weight 0", "tv_weight", 0.0),
    ],
)
def test_an_option_changes_its_setting_only(text, name, value):
    changes = chosen(make_parser().parse_args([*REST, *text.split()]), PRESETS)
    assert changes == {"preset": "default", name: value}


@pytest.mark.parametrize("name", PRESETS)
def test_preset_options_make_the_preset(name):
    changes = chosen(make_parser().parse_args([*REST, *preset_options(PRESETS, name).split()]), PRESETS)
    made = PRESETS.choose(**changes)
    assert made.content_weight == pytest.approx(PRESETS[name].content_weight, rel=1e-4)
    assert PRESETS.choose(**{**changes, "content_weight": PRESETS[name].content_weight}) == PRESETS[name]


def test_help_tells_the_defaults_and_the_choices(command):
    status, out, err = command("stylize", "--help")
    text = re.sub(r"\s+", " ", out)
    assert (status, err) == (0, "")
    assert f"longest side of the result (default: {StylizeSettings.size})" in text
    assert "one of wasserstein, gram (default: wasserstein)" in text
    assert f"default: {','.join(map(str, StylizeSettings().steps))}" in text
