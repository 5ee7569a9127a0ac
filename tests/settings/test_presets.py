import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.settings import Presets, setting


@dataclass(frozen=True)
class Everything:
    count: int = setting(1, "a number", least=1, most=9)
    share: float = setting(0.5, "a share")
    name: str = setting("one", "a name")
    sharp: bool = setting(True, "a switch")
    limit: float | None = setting(None, "a limit")
    sizes: tuple[int, ...] = setting((1, 2), "sizes", least=2, filled=True)
    names: tuple[str, ...] = setting(("a",), "names")
    span: tuple[float, float] = setting((0.0, 1.0), "a span")
    layers: Mapping[str, float] = setting({"a": 1.0}, "layers", least=0)
    blend: tuple[float, ...] = setting((), "shares", least=0, ratios=True)
    start: Any = setting(None, "a start")
    kind: str | None = setting(None, "a kind", choices=(None, "a", "b"))
    scale: float = setting(1.0, "a scale", above=0, most=8)
    seed: int = setting(0, "a seed", least=0, most=2**63 - 1)


def no_odd_pairs(settings):
    if settings.count == 3 and settings.name == "one":
        raise InputError("three is not one")


PRESETS = Presets({"default": Everything(), "large": Everything(count=2, kind="b")}, no_odd_pairs)


def test_it_is_a_mapping_of_presets():
    assert list(PRESETS) == ["default", "large"]
    assert PRESETS["large"].count == 2
    assert len(PRESETS) == 2
    assert list(PRESETS.types)[:2] == ["count", "share"]


def test_changes_replace_what_the_preset_has():
    changes = {"share": 1, "limit": 3.0, "layers": {"x": 0}, "sizes": [4, 5], "start": object(), "sharp": False}
    settings = PRESETS.choose("large", **changes, name=None)
    assert settings == Everything(count=2, kind="b", **changes)


def test_numbers_of_numpy_are_numbers():
    assert PRESETS.choose(count=np.int64(4), share=np.float32(0.25)).count == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"preset": "larg"}, "unknown preset 'larg'; did you mean 'large'? there is: default, large"),
        ({"cuont": 3}, "unknown setting 'cuont'; did you mean 'count'?"),
        ({"kind": "c"}, "unknown kind 'c'; there is: a, b"),
        ({"count": 1.5}, "count is 1.5; it must be a whole number"),
        ({"count": True}, "count is True; it must be a whole number"),
        ({"count": 0}, "count is 0; it must be a number not below 1"),
        ({"count": 10}, "count is 10; it must be a number not above 9"),
        ({"share": "much"}, "share is 'much'; it must be a finite number"),
        ({"share": math.nan}, "share is nan; it must be a finite number"),
        ({"limit": math.inf}, "limit is inf; it must be a finite number"),
        ({"name": 3}, "name is 3; it must be text"),
        ({"sharp": 1}, "sharp is 1; it must be true or false"),
        ({"sizes": 3}, "sizes is 3; it must be a tuple, each item a whole number"),
        ({"sizes": (1, "x")}, "sizes is (1, 'x'); it must be a tuple, each item a whole number"),
        ({"sizes": (5, 1)}, "sizes is (5, 1); it must be a number not below 2"),
        ({"names": "abc"}, "names is 'abc'; it must be a tuple, each item text"),
        ({"span": (1.0,)}, "span is (1.0,); it must be a tuple of a finite number and a finite number"),
        ({"layers": ["a"]}, "layers is ['a']; it must be a mapping of names, each to a finite number"),
        ({"layers": {"a": math.nan}}, "layers is {'a': nan}; it must be a mapping of names, each to a finite number"),
        ({"layers": {"a": -1.0}}, "layers is {'a': -1.0}; it must be a number not below 0"),
        (
            {"blend": (0.0, 0.0)},
            "blend has the weights (0.0, 0.0); none may be negative, and their sum must be above 0",
        ),
        ({"blend": (1.0, -0.5)}, "blend is (1.0, -0.5); it must be a number not below 0"),
        ({"sizes": ()}, "sizes is empty; it must be one or more numbers, each 2 or more"),
        ({"scale": 0.0}, "scale is 0.0; it must be above 0 and at most 8"),
        ({"scale": 9}, "scale is 9; it must be above 0 and at most 8"),
        ({"seed": -1}, "seed is -1; it must be a number not below 0"),
        ({"seed": 2**63}, f"seed is {2**63}; it must be a number not above {2**63 - 1}"),
        ({"count": 3}, "three is not one"),
        ({"share": 1e308}, "share is 1e+308; what is not 0 must be from 1e-30 to 1e+30"),
        ({"share": -1e-40}, "share is -1e-40; what is not 0 must be from 1e-30 to 1e+30"),
        ({"layers": {"a": 1e39}}, "layers is {'a': 1e+39}; what is not 0 must be from 1e-30 to 1e+30"),
        ({"blend": (1e308, 1e308)}, "blend is (1e+308, 1e+308); what is not 0 must be from 1e-30 to 1e+30"),
        (
            {"blend": (1.0, 1e-9)},
            "blend has the weights (1.0, 1e-09); 1e-09 is less than a millionth of all",
        ),
    ],
    ids=str,
)
def test_refuses_in_one_line(change, message):
    with pytest.raises(InputError) as raised:
        PRESETS.choose(**change)
    assert str(raised.value).startswith(message)
