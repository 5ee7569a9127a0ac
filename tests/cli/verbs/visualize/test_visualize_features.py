"""`nst-tf visualize-features` with the network, at small sizes."""

import json

import keras
import numpy as np
import pytest

from nst_tf.images import read_image
from nst_tf.images.montage import LABEL

QUICK = ("--model", "alexnet", "--size", "64", "--steps", "6")


def test_a_sheet_and_single_pictures_are_written(command, tmp_path):
    arguments = ("--layer", "relu3", "--channels", "4,9,200", "--singles", tmp_path / "one", *QUICK, "--json")
    status, out, err = command("visualize-features", "-o", tmp_path / "out.png", *arguments)
    assert (status, err.count("error")) == (0, 0)
    record = json.loads(out)
    assert record["features"] == ["relu3 channel 4", "relu3 channel 9", "relu3 channel 200"]
    assert record["activation"] == -record["losses"]["activation"] > 0
    sheet = read_image(tmp_path / "out.png").pixels
    assert sheet.shape == (2 * 64 + 2 * LABEL + 2, 130, 3)
    names = [f"{number:03d}-relu3-channel-{channel}.png" for number, channel in enumerate((4, 9, 200))]
    assert sorted(file.name for file in (tmp_path / "one").iterdir()) == names
    np.testing.assert_array_equal(read_image(tmp_path / "one" / names[1]).pixels, sheet[LABEL : LABEL + 64, 66:])


def test_a_unit_and_a_direction_are_excited(command, tmp_path):
    np.save(tmp_path / "direction.npy", np.eye(384)[4] - np.eye(384)[7])
    arguments = ("--layer", "relu3", "--direction", tmp_path / "direction.npy", "--unit", "1,1", *QUICK, "--quiet")
    assert command("visualize-features", "-o", tmp_path / "out.png", *arguments) == (0, "", "")
    assert read_image(tmp_path / "out.png").pixels.std() > 0.01


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
def test_classes_of_a_saved_network_are_found_by_name(command, tmp_path):
    image = keras.Input((16, 16, 3), name="image")
    x = keras.layers.Flatten()(keras.layers.Rescaling(2.0, -1.0, name="preprocess")(image))
    keras.Model(image, keras.layers.Dense(3, activation="softmax")(x)).save(tmp_path / "model.keras")
    (tmp_path / "classes.txt").write_text("cat\ndog\nowl\n")
    arguments = ("--model", tmp_path / "model.keras", "--steps", "3", "--json", "-o", tmp_path / "out.png")
    status, out, _ = command("visualize-features", "--class", "owl", "--class", "0", *arguments)
    assert status == 0
    assert json.loads(out)["features"] == ["owl", "cat"]
    status, _, err = command("visualize-features", "--class", "dig", *arguments)
    assert (status, err) == (2, "nst-tf: error: unknown class 'dig'; did you mean 'dog'? there is: cat, dog, owl\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "a layer or classes must be given"),
        (("--layer", "relu3", "--channels", "384"), "layer 'relu3' has the channels 0 to 383, and no channel 384"),
        (("--layer", "relu33"), "unknown layer 'relu33'; did you mean 'relu3'?"),
        (("--layer", "relu3", "--direction", "none.npy"), "cannot read none.npy as a NumPy array of numbers"),
        (("--layer", "relu3", "--channels", "1", "--class", "cat"), "not allowed with"),
        (("--layer", "relu3", "--variants", "0"), "variants is 0; it must be a number not below 1"),
    ],
)
def test_what_cannot_be_made_is_refused_in_one_line(command, tmp_path, arguments, message):
    status, out, err = command("visualize-features", "-o", tmp_path / "out.png", *QUICK, *arguments, "--quiet")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert message in err
    assert not (tmp_path / "out.png").exists()
