"""A setting is described once: what a made-up recipe's field says is what every surface of the package shows."""

from argparse import Namespace
from dataclasses import dataclass

import pytest
import tensorflow as tf

from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.verbs import call
from nst_tf.cli.work.options import add_settings, chosen
from nst_tf.errors import InputError
from nst_tf.export.catalogue import Exportable
from nst_tf.export.signature.inputs import Input
from nst_tf.export.signature.picture_signatures import served_settings
from nst_tf.serve import ui
from nst_tf.settings import Presets, Served, controls, describe, setting


@describe
@dataclass(frozen=True)
class Weaving:
    """How a carpet is woven."""

    seed: int = setting(0, "of the knots", unit="NUMBER", least=0)
    fringed: bool = setting(False, "make fringes", served=Served())
    tightness: float = setting(
        0.5, "how tight the knots are", unit="FACTOR", group="objective", above=0, most=3, served=Served(0.25, 2)
    )


PRESETS = Presets({"default": Weaving(), "loose": Weaving(tightness=0.1)})
SWITCH, CONTROL = controls(PRESETS)


def test_the_command_line_has_it():
    parser = Parser(inherited_absl_flags=None)
    add_settings(parser, PRESETS)
    assert "--tightness FACTOR" in parser.format_help()
    assert "how tight the knots are (default: 0.5)" in parser.format_help()
    assert chosen(parser.parse_args(["--tightness", "2"]), PRESETS) == Weaving(tightness=2.0)
    with pytest.raises(InputError, match=r"^tightness is 4\.0; it must be above 0 and at most 3$"):
        chosen(parser.parse_args(["--tightness", "4"]), PRESETS)


def test_python_has_it_and_its_documentation_too():
    assert PRESETS.choose(tightness=1).tightness == 1
    with pytest.raises(InputError, match=r"^tightness is 0; it must be above 0 and at most 3$"):
        PRESETS.choose(tightness=0)
    assert "tightness: how tight the knots are; above 0 and at most 3." in Weaving.__doc__


def test_an_exported_signature_takes_it_and_refuses_it():
    taken = Input.of(CONTROL)
    assert taken.spec == tf.TensorSpec([None], tf.float32, "tightness")
    assert taken.batched_default.numpy().tolist() == [0.5]
    assert (taken.text, taken.allowed) == ("how tight the knots are", "from 0.25 to 2")
    assert taken.problem(tf.constant(3.0)) == b"tightness is 3; it must be from 0.25 to 2"
    assert Input.of(SWITCH).spec == tf.TensorSpec([None], tf.bool, "fringed")
    settings = served_settings(Weaving(), [CONTROL], {"tightness": tf.constant(1.5)})
    assert (settings.seed, settings.tightness.dtype, float(settings.tightness)) == (0, tf.float64, 1.5)


def test_call_has_it(monkeypatch):
    model = Exportable("Weave.", {"image": "a pattern"}, (SWITCH, CONTROL))
    monkeypatch.setattr(call, "MODELS", {"weave": model})
    parser = Parser(inherited_absl_flags=None)
    call.add_arguments(parser)
    arguments = parser.parse_args(["weave", "in.jpg", "-o", "out.png", "--tightness", "1.5", "--fringed"])
    assert isinstance(arguments, Namespace)
    assert (arguments.tightness, arguments.fringed) == (1.5, True)


def test_the_page_has_it(monkeypatch):
    monkeypatch.setattr(ui, "PAINTERS", {"weave": PRESETS})
    text = ui.page_text()
    assert '"name": "tightness", "kind": "float", "help": "how tight the knots are"' in text
    assert '"default": 0.5, "least": 0.25, "most": 2' in text
