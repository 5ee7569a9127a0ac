"""Signatures name all settings that a function takes."""

import inspect
from dataclasses import dataclass
from typing import Literal

import pytest

import nst_tf
from nst_tf.errors import InputError
from nst_tf.settings import Presets, keywords, setting


@dataclass(frozen=True)
class Weaving:
    seed: int = setting(3, "of the knots", unit="NUMBER")
    knot: str = setting("flat", "kind of it", unit="KIND", choices=("flat", "round"))


PRESETS = Presets({"default": Weaving(), "loose": Weaving(knot="round")})


@keywords(PRESETS)
def weave_steps(wool, *, preset: str = "default", **changes):
    return PRESETS.choose(preset, **changes)


@keywords(weave_steps)
def weave(wool, *, callback=None, **options):
    return weave_steps(wool, **options)


def test_settings_take_the_place_of_what_holds_them():
    signature = inspect.signature(weave_steps)
    assert list(signature.parameters) == ["wool", "preset", "seed", "knot"]
    assert (signature.parameters["seed"].default, signature.parameters["seed"].annotation) == (3, int)
    assert signature.parameters["knot"].annotation == Literal["flat", "round"]
    assert signature.parameters["preset"].annotation == Literal["default", "loose"]
    assert {one.kind for one in list(signature.parameters.values())[1:]} == {inspect.Parameter.KEYWORD_ONLY}


def test_what_passes_them_on_names_them_too():
    assert list(inspect.signature(weave).parameters) == ["wool", "callback", "preset", "seed", "knot"]


def test_calls_are_as_before():
    assert weave("red", preset="loose", seed=5) == Weaving(5, "round")
    with pytest.raises(InputError, match="unknown setting 'sed'; did you mean 'seed'"):
        weave("red", sed=5)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("stylize", nst_tf.StylizeSettings),
        ("texture", nst_tf.TextureSettings),
        ("dream", nst_tf.DreamSettings),
        ("reconstruct", nst_tf.ReconstructSettings),
        ("visualize_features", nst_tf.FeatureSettings),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_recipes_name_all_of_theirs(name, settings):
    for function in (getattr(nst_tf, name), getattr(nst_tf, f"{name}_steps")):
        assert {*inspect.signature(settings).parameters} < {*inspect.signature(function).parameters}
