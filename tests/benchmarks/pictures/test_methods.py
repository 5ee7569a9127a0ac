import pytest

import nst_tf
from benchmarks.pictures.methods import read_methods


def test_a_method_is_a_preset_with_settings_of_its_own():
    plain, changed = read_methods(["default", "quality steps=3,2 style-layers=relu1_1=1"], [], 64)
    assert (plain.label, plain.preset, plain.changes) == ("default", "default", {"size": 64})
    assert changed.label == "quality steps=3,2 style-layers=relu1_1=1"
    assert changed.preset == "quality"
    assert changed.changes == {"size": 64, "steps": (3, 2), "style_layers": {"relu1_1": 1.0}}


def test_common_settings_go_to_the_methods_that_have_them_and_do_not_say_otherwise():
    default, own, fast = read_methods(["default", "default steps=9", "fast"], ["steps=1", "style_scale=2"], 64)
    assert default.label == "default steps=1 style_scale=2"
    assert default.changes == {"size": 64, "steps": (1,), "style_scale": 2.0}
    assert own.changes["steps"] == (9,)
    assert fast.label == "fast style_scale=2"


@pytest.mark.parametrize(
    ("texts", "common", "message"),
    [
        (["defualt"], [], "unknown method 'defualt'; did you mean 'default'"),
        (["default stepps=1"], [], "unknown setting 'stepps'; did you mean 'steps'"),
        (["fast"], ["steps=1"], "unknown setting 'steps'"),
        (["default"], ["stepps=1"], "unknown setting 'stepps'"),
        (["default steps"], [], "'steps' is not of the form KEY=VALUE"),
        (["default steps=one"], [], "steps: 'one' is not a whole number"),
        (["default content_weight=-1"], [], "content_weight is -1"),
        (["default", "fast", "default"], [], "'default' is given more than once"),
        ([" "], [], "a method is empty"),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_is_made(texts, common, message):
    with pytest.raises(nst_tf.InputError, match=message):
        read_methods(texts, common, 64)
