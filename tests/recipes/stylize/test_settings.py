import math

import pytest

from nst_tf.errors import InputError
from nst_tf.recipes.stylize.settings import PRESETS, StylizeSettings


def test_the_defaults_of_the_settings_are_the_preset_default():
    assert PRESETS.choose() == StylizeSettings() == PRESETS["default"]


def test_changes_replace_the_presets_values_and_none_keeps_them():
    settings = PRESETS.choose("draft", size=300, model=None)
    assert settings.size == 300
    assert settings.model == PRESETS["draft"].model
    assert settings.steps == PRESETS["draft"].steps


def test_gatys_preset_has_the_settings_of_the_paper():
    settings = PRESETS["gatys"]
    assert settings.content_layers == {"relu4_2": 1.0}
    assert settings.style_layers == {f"relu{block}_1": 0.2 for block in range(1, 6)}
    assert settings.pooling == "average"
    assert settings.optimizer == "lbfgs"
    assert settings.init == "noise"
    assert settings.tv_weight == 0
    # alpha / beta = 1e-3 of features F' = 57.6 F: content goes as F^2, style as F^4.
    features = 57.6
    assert settings.content_weight / settings.style_weight == pytest.approx(1e-3 * features**2 / features**4)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"preset": "defualt"}, "did you mean 'default'"),
        ({"sise": 3}, "did you mean 'size'"),
        ({"pooling": "averge"}, "did you mean 'average'"),
        ({"style_loss": "grim"}, "did you mean 'gram'"),
        ({"size": 0}, "size is 0"),
        ({"content_weight": -1.0}, "content_weight is -1"),
        ({"tv_weight": math.nan}, "tv_weight is nan"),
        ({"growth": 1.0}, "growth is 1"),
        ({"steps": ()}, "steps is"),
        ({"steps": (5, 0)}, "steps is"),
        ({"style_scale": 0.0}, "style_scale is 0"),
        ({"style_layers": {"relu1_1": 0.0}}, "style_layers"),
        ({"style_blend": (1.0, -1.0)}, "style_blend"),
    ],
)
def test_unusable_settings_are_refused_by_name(change, words):
    with pytest.raises(InputError, match=words):
        PRESETS.choose(**change)
