import re
from dataclasses import dataclass, replace

import pytest

from nst_tf.cli.main import make_parser
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.verbs import dream, reconstruct, stylize, texture
from nst_tf.cli.verbs.visualize import visualize_features
from nst_tf.cli.work.options import GROUPS, add_settings, chosen, preset_options
from nst_tf.errors import InputError
from nst_tf.recipes.stylize.settings import PRESETS, StylizeSettings
from nst_tf.settings import Presets, setting

REST = ["stylize", "a", "b", "-o", "c"]


@pytest.mark.parametrize("verb", [stylize, texture, dream, reconstruct, visualize_features])
def test_every_setting_has_one_option(verb):
    parser = Parser(inherited_absl_flags=None)
    verb.add_arguments(parser)
    for name in verb.PRESETS.types:
        assert len(re.findall(rf"^  --{name.replace('_', '-')}[ ,]", parser.format_help(), re.MULTILINE)) == 1
    assert all(about.group in GROUPS for about in verb.PRESETS.about.values())


@pytest.mark.parametrize("verb", [stylize, texture, dream, visualize_features])
def test_what_networks_compute_with_can_be_chosen(verb):
    parser = Parser(inherited_absl_flags=None)
    verb.add_arguments(parser)
    help = " ".join(parser.format_help().split())
    assert "--precision KIND what it computes with; auto is bfloat16 where processor or GPU have it" in help
    assert "one of auto, float32, bfloat16 (default: auto)" in help


@pytest.mark.parametrize("name", PRESETS)
def test_without_options_the_preset_stays_as_it_is(name):
    assert chosen(make_parser().parse_args([*REST, "--preset", name]), PRESETS) == PRESETS[name]


@dataclass(frozen=True)
class Switched:
    smooth: bool = setting(True, "what it is")
    scale: float | None = setting(None, "what it is", unit="VALUE", group="objective")
    layers: tuple[str, ...] = setting(("a",), "what it is", unit="VALUE", group="objective")
    seed: int = setting(0, "what it is", unit="VALUE")


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
    add_settings(parser, presets)
    assert chosen(parser.parse_args(text.split()), presets) == replace(Switched(), **given)
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
    settings = chosen(make_parser().parse_args([*REST, *text.split()]), PRESETS)
    assert settings == replace(PRESETS["default"], **{name: value})


@pytest.mark.parametrize("name", PRESETS)
def test_preset_options_make_the_preset(name):
    made = chosen(make_parser().parse_args([*REST, *preset_options(PRESETS, name).split()]), PRESETS)
    assert made == PRESETS[name]


def test_help_tells_the_defaults_and_the_choices(command):
    status, out, err = command("stylize", "--help")
    text = re.sub(r"\s+", " ", out)
    assert (status, err) == (0, "")
    assert f"longest side of the result (default: {StylizeSettings.size})" in text
    assert "one of wasserstein, gram (default: wasserstein)" in text
    assert f"default: {','.join(map(str, StylizeSettings().steps))}" in text
