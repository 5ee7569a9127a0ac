"""Variants of a narrow ZFNet, trained on images of noise and colour."""

import itertools
import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.backbones.zfnet import zfnet
from nst_tf.errors import InputError, NstError
from nst_tf.training import find_classes
from nst_tf.training.convnet.ablation import PAPER_VARIANTS, Variant, ablate
from nst_tf.training.convnet.ablation_table import Ablation, AblationRow
from nst_tf.training.crops import read_square

from . import tiny

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")

COUNTS = {"ant": 4, "bee": 5, "cat": 6, "dog": 7, "eel": 8, "fox": 9, "gnu": 10}
SIDE, SQUARE = 53, 61
RECIPE = {"side": SIDE, "width": 0.06, "epochs": 2, "batch": 8, "learning_rate": 0.01, "held_out": 0.3}
VARIANTS = (Variant("full"), Variant("shallow", ("conv3", "conv4", "fc7")), Variant("wide", maps={"conv3": 512}))


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """34 images to train with and 15 to hold out."""
    return tiny.write_images(tmp_path_factory.mktemp("images") / "images", COUNTS)


@pytest.fixture(scope="module")
def whole(images, tmp_path_factory):
    """The folder and what was found."""
    out = tmp_path_factory.mktemp("ablation")
    return out, ablate(images, out, VARIANTS, **RECIPE)


def ranks(model, labelled):
    """How many classes are more probable than the true one, by the mean of ten crops."""
    squares = np.stack([read_square(tf.constant(str(file)), SQUARE) for file in labelled.files])
    far, middle = SQUARE - SIDE, (SQUARE - SIDE) // 2
    corners = [(0, 0), (0, far), (far, 0), (far, far), (middle, middle)]
    crops = [squares[:, top : top + SIDE, left : left + SIDE] for top, left in corners]
    each = [model(one) for crop in crops for one in (crop, crop[:, :, ::-1])]
    probabilities = np.mean(np.float64(each), axis=0)
    true = probabilities[np.arange(len(labelled.labels)), labelled.labels]
    return (probabilities > true[:, None]).sum(axis=1)


def test_errors_are_those_of_the_saved_models(images, whole):
    out, found = whole
    folders = find_classes(images, RECIPE["held_out"])
    assert (found.classes, found.train_images, found.held_out_images) == (7, 34, 15)
    for row in found.rows:
        model = keras.saving.load_model(out / row.variant / "model.keras")
        train, val = ranks(model, folders.train), ranks(model, folders.held_out)
        expected = [(train > 0).mean(), (val > 0).mean(), (val > 4).mean()]
        assert [row.train_error, row.val_error, row.val_top5_error] == pytest.approx(expected, abs=1e-6)
    assert len({row.train_error for row in found.rows}) > 1
    assert all(row.val_top5_error < row.val_error for row in found.rows)
    assert any(row.val_top5_error for row in found.rows)


def dense(units):
    return sum(before * after + after for before, after in itertools.pairwise(units))


def test_parameters_are_those_of_the_layers_that_are_left(whole):
    first = 7 * 7 * 3 * 6 + 6 + 5 * 5 * 6 * 15 + 15
    # A single position is left of 53 pixels.
    full = first + 9 * (15 * 23 + 23 * 23 + 23 * 15) + 23 + 23 + 15 + dense([15, 246, 246, 7])
    shallow = first + 9 * 15 * 15 + 15 + dense([15, 246, 7])
    wide = first + 9 * (15 * 31 + 31 * 23 + 23 * 15) + 31 + 23 + 15 + dense([15, 246, 246, 7])
    assert [row.parameters for row in whole[1].rows] == [full, shallow, wide]


def test_the_tables_are_in_the_folder(whole):
    out, found = whole
    assert (out / "table.txt").read_text() == found.text() + "\n"
    record = json.loads((out / "table.json").read_text())
    assert record == json.loads(json.dumps(found.record()))
    assert record["rows"][1]["omit"] == ["conv3", "conv4", "fc7"]
    assert record["settings"] == {"architecture": "zfnet", "momentum": 0.9, "seed": 0, **RECIPE}


def test_a_run_that_was_cut_off_goes_on_and_what_is_finished_is_not_trained_again(images, whole, tmp_path):
    trained = []

    def cut(*report):
        trained.append(report)
        if report == ("shallow", 6, 8):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ablate(images, tmp_path, VARIANTS[:2], **RECIPE, on_progress=cut)
    assert trained == [("full", done, 8) for done in range(1, 9)] + [("shallow", done, 8) for done in range(1, 7)]
    assert [row["variant"] for row in json.loads((tmp_path / "table.json").read_text())["rows"]] == ["full"]
    trained.clear()
    again = ablate(images, tmp_path, VARIANTS[:2], **RECIPE, on_progress=lambda *report: trained.append(report))
    assert trained == [("shallow", done, 8) for done in range(5, 9)]
    assert again.rows == whole[1].rows[:2]


def test_another_variant_of_the_same_name_is_refused(images, whole):
    out, found = whole
    with pytest.raises(InputError, match=r"full is a run with omit \[\], not \['conv5'\]"):
        ablate(images, out, [Variant("full", ("conv5",))], **RECIPE)
    with pytest.raises(InputError, match=r"wide is a run with maps {'conv3': 512}, not {'conv3': 500}"):
        ablate(images, out, [Variant("wide", maps={"conv3": 500})], **RECIPE)
    assert (out / "table.txt").read_text() == found.text() + "\n"


def test_variants_of_different_epochs_are_not_compared(images, whole):
    with pytest.raises(InputError, match="shallow is a run of 2 epochs already, not 1; choose as many for all"):
        ablate(images, whole[0], VARIANTS[1:2], **{**RECIPE, "epochs": 1})


def test_unreadable_images_are_counted_out(tmp_path):
    tiny.write_images(tmp_path / "images", {"ant": 4, "bee": 4})
    (tmp_path / "images" / "bee" / "text.png").write_bytes(b"a letter")
    found = ablate(tmp_path / "images", tmp_path / "out", VARIANTS[1:2], **RECIPE)
    assert list(found.skipped) == ["bee/text.png"]
    assert found.train_images + found.held_out_images == 8
    assert found.rows[0].val_top5_error == 0


def test_one_that_diverges_is_named(images, tmp_path):
    with pytest.raises(NstError, match="variant shallow: training diverged: the loss is nan"):
        ablate(images, tmp_path, VARIANTS[1:2], **{**RECIPE, "learning_rate": 1e20})


@pytest.mark.parametrize(
    ("variants", "message"),
    [
        ([Variant("a"), Variant("b", ("conf3",))], "unknown layer to omit 'conf3'; did you mean 'conv3'"),
        ([Variant("a"), Variant("b", maps={"conv9": 4})], "unknown layer 'conv9'; did you mean"),
        ([Variant("a"), Variant("b", maps={"conv3": 0})], "the maps of conv3 are 0"),
        ([Variant("a", ("conv3",), {"conv3": 4})], "the variant 'a' is to be without conv3 and to have maps of it"),
        ([Variant("a"), Variant("a", ("fc7",))], "two variants are called 'a'"),
        ([Variant("a/b")], "a variant cannot be called 'a/b'"),
        ([Variant("..")], r"a variant cannot be called '\.\.'"),
        ([], "there is no variant to train"),
    ],
    ids=str,
)
def test_refuses_variants_that_cannot_be_before_training(images, tmp_path, variants, message):
    with pytest.raises(InputError, match=message):
        ablate(images, tmp_path / "out", variants, **RECIPE)
    assert not (tmp_path / "out").exists()


def test_the_papers_variants_are_smaller_without_layers_and_larger_with_more_maps():
    parameters = {}
    for variant in PAPER_VARIANTS:
        model = zfnet(6, side=SIDE, width=0.03, omit=variant.omit, maps=variant.maps)
        parameters[variant.name] = model.count_params()
    falling = ("maps-512-1024-512", "full", "without-3-4", "without-7", "without-6-7", "without-3-4-6-7")
    assert sorted(parameters, key=parameters.get, reverse=True) == list(falling)


def table(classes):
    settings = {"architecture": "zfnet", "side": 64, "width": 0.25, "epochs": 3}
    rows = (
        AblationRow("full", (), {}, 0.351, 0.405, 0.181, 62_357_608),
        AblationRow("without-7", ("fc7",), {}, 1.0, 0.4, 0.0, 999),
    )
    return Ablation(settings, classes, 120, 31, {}, rows)


def test_the_text_has_the_columns_of_the_papers_table_in_per_cent():
    assert table(6).text().splitlines() == [
        "zfnet, side 64, width 0.25, epochs 3; 6 classes, 120 images to train with, 31 held out (val)",
        "errors in per cent, by ten crops",
        "",
        "variant     train top-1   val top-1   val top-5   parameters",
        "full               35.1        40.5        18.1   62,357,608",
        "without-7         100.0        40.0         0.0          999",
    ]


def test_with_few_classes_the_head_says_what_top_5_means():
    lines = table(3).text().splitlines()
    assert lines[2:5] == [
        "there are 3 classes only: val top-3 is 0 of necessity",
        "",
        "variant     train top-1   val top-1   val top-3   parameters",
    ]
    assert table(3).record()["top"] == 3
