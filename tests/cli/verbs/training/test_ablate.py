"""The verb, on a dozen photographs."""

import inspect
import json
from pathlib import Path

import pytest

from nst_tf.cli.verbs.training.ablate import variant
from nst_tf.training.convnet.ablation import ablate
from nst_tf.training.convnet.ablation_table import Ablation

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")

PHOTOS = Path(__file__).parents[3] / "data" / "photos"
SMALL = ("--size", 53, "--width", 0.02, "--epochs", 1, "--batch", 6, "--held-out", 0.5, "--seed", 3)
VARIANTS = ("--variant", "as-is", "--variant", "slim:-conv3,-fc7,conv4=100")


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """One folder for all tests: what is finished is not trained again."""
    return tmp_path_factory.mktemp("ablate") / "out"


def test_prints_the_table_that_it_writes(command, out):
    status, printed, err = command("ablate", PHOTOS, "-o", out, *VARIANTS, *SMALL)
    assert (status, printed) == (0, (out / "table.txt").read_text())
    lines = printed.splitlines()
    assert lines[0].startswith("zfnet, side 53, width 0.02, epochs 1; 6 classes, 6 images to train with, 6 held out")
    assert [line.split()[0] for line in lines[3:]] == ["variant", "as-is", "slim"]
    assert "nst-tf: training as-is: 1 of 1" in err


def test_json_has_what_was_asked_and_found(command, out):
    status, printed, err = command("ablate", PHOTOS, "-o", out, *VARIANTS, *SMALL, "--json", "--quiet")
    assert (status, err, printed.count("\n")) == (0, "", 1)
    record = json.loads(printed)
    assert record == json.loads((out / "table.json").read_text())
    recipe = {"architecture": "zfnet", "side": 53, "width": 0.02, "epochs": 1, "batch": 6, "seed": 3}
    assert record["settings"] == {**recipe, "learning_rate": 0.01, "momentum": 0.9, "held_out": 0.5}
    assert [row["omit"] for row in record["rows"]] == [[], ["conv3", "fc7"]]
    assert [row["maps"] for row in record["rows"]] == [{}, {"conv4": 100}]
    assert record["rows"][1]["parameters"] < record["rows"][0]["parameters"]


def test_the_default_is_the_papers_variants_and_the_functions_own_recipe(command, tmp_path, monkeypatch):
    parameters = inspect.signature(ablate).parameters
    defaults = {name: one.default for name, one in parameters.items() if one.default is not inspect.Parameter.empty}
    used = dict(defaults)

    def note(folder, out, variants, **options):
        used.update(options, variants=variants)
        return Ablation(used, 6, 6, 6, {}, ())

    monkeypatch.setattr("nst_tf.training.convnet.ablation.ablate", note)
    assert command("ablate", PHOTOS, "-o", tmp_path / "out").status == 0
    free = ("strategy", "on_progress")
    assert {name: value for name, value in used.items() if name not in free} == {
        name: value for name, value in defaults.items() if name not in free
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("full", ("full", (), {})),
        ("a:-conv3,-conv4", ("a", ("conv3", "conv4"), {})),
        ("a:conv3=512,-fc7,conv4=1024", ("a", ("fc7",), {"conv3": 512, "conv4": 1024})),
    ],
)
def test_variants_are_read(text, expected):
    assert variant(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a:conv3", "'a:conv3' is not of the form NAME, NAME:-LAYER,-LAYER or NAME:LAYER=MAPS"),
        ("a:", "'a:' is not of the form"),
        (":-conv3", "':-conv3' is not of the form"),
        ("a:-", "'a:-' is not of the form"),
        ("a:conv3=0", "'0' is not 1 or more"),
        ("a:-conv3,conv3=5", "'a:-conv3,conv3=5' has a layer more than once"),
        ("a:-conf3", "unknown layer to omit 'conf3'; did you mean 'conv3'? there is: conv3, conv4, conv5, fc6, fc7"),
        ("a:conv6=5", "unknown layer 'conv6'; did you mean 'conv5'?"),
        ("../a", "a variant cannot be called '../a'"),
    ],
)
def test_what_is_no_variant_is_told_in_one_line(command, tmp_path, text, message):
    status, printed, err = command("ablate", PHOTOS, "-o", tmp_path / "out", "--variant", text, *SMALL)
    assert (status, printed, err.count("\n")) == (2, "", 1)
    assert message in err
    assert not (tmp_path / "out").exists()


def test_a_folder_without_classes_is_told_in_one_line(command, tmp_path):
    status, printed, err = command("ablate", tmp_path, "-o", tmp_path / "out", *SMALL)
    assert (status, printed, err.count("\n")) == (2, "", 1)
    assert "must hold a folder of images for each of two classes or more" in err
