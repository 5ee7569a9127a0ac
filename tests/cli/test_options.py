import re
from dataclasses import fields

import pytest

from nst_tf.cli import make_parser
from nst_tf.cli.options import OPTIONS, chosen, preset_options
from nst_tf.recipes.settings import PRESETS, StylizeSettings, choose_settings

REST = ["stylize", "a", "b", "-o", "c"]


def test_every_setting_has_one_option():
    named = [name for group in OPTIONS.values() for name in group]
    assert sorted(named) == sorted(setting.name for setting in fields(StylizeSettings))


def test_without_options_the_preset_stays_as_it_is():
    changes = chosen(make_parser().parse_args(REST))
    assert all(choose_settings(name, **changes) == preset for name, preset in PRESETS.items())


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
    changes = chosen(make_parser().parse_args([*REST, *text.split()]))
    assert {key: change for key, change in changes.items() if change is not None} == {name: value}


@pytest.mark.parametrize("name", PRESETS)
def test_preset_options_make_the_preset(name):
    changes = chosen(make_parser().parse_args([*REST, *preset_options(name).split()]))
    made = choose_settings(**changes)
    assert made.content_weight == pytest.approx(PRESETS[name].content_weight, rel=1e-4)
    assert choose_settings(**{**changes, "content_weight": PRESETS[name].content_weight}) == PRESETS[name]


def test_help_tells_the_defaults_and_the_choices(command):
    status, out, err = command("stylize", "--help")
    text = re.sub(r"\s+", " ", out)
    assert (status, err) == (0, "")
    assert f"longest side of the result (default: {StylizeSettings.size})" in text
    assert "one of wasserstein, gram (default: wasserstein)" in text
    assert f"default: {','.join(map(str, StylizeSettings().steps))}" in text
