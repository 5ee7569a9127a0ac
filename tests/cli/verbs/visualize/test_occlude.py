import keras
import numpy as np
import pytest
from PIL import Image

from nst_tf.images import Picture, write_image

layers = keras.layers
SAVING = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """photo.png, a classifier with classes.txt and a headless network."""
    folder = tmp_path_factory.mktemp("occlude")
    keras.utils.set_random_seed(0)
    image = keras.Input((None, None, 3))
    maps = layers.ReLU(name="relu1")(layers.Conv2D(4, 3, strides=2, name="conv1")(image))
    head = layers.Dense(3, activation="softmax", name="fc")(layers.GlobalAveragePooling2D(name="mean")(maps))
    (folder / "classes").mkdir()
    keras.Model(image, head).save(folder / "classes" / "model.keras")
    (folder / "classes" / "classes.txt").write_text("cat\ndog\nfish\n")
    keras.Model(image, maps).save(folder / "maps.keras")
    pixels = np.random.default_rng(0).random((24, 36, 3)).astype(np.float32)
    write_image(folder / "photo.png", Picture(pixels))
    return folder


@pytest.fixture
def occlude(command, folder, tmp_path):
    """Occludes the picture before one of the networks, at 20 pixels."""

    def run(model, *options):
        network = ["--model", folder / model, "--preprocessing", "unit", "--side", 20]
        return command("occlude", folder / "photo.png", *network, "-o", tmp_path / "out.png", *options)

    return run


pytestmark = SAVING


def test_writes_the_figure_and_the_maps_of_a_classifier(occlude, tmp_path):
    options = ["--class", "dog", "--size", 6, "--stride", 4, "--npz", tmp_path / "maps.npz", "--quiet"]
    status, out, err = occlude("classes/model.keras", *options)
    assert (status, err) == (0, "")
    assert out.startswith(f"wrote {tmp_path / 'out.png'} (40 places, relu1 filter ")
    assert "probability of dog" in out
    with Image.open(tmp_path / "out.png") as figure:
        assert figure.width > 5 * 400
    with np.load(tmp_path / "maps.npz") as maps:
        assert int(maps["target"]) == 1
        assert maps["image"].shape == maps["projection"].shape == (20, 30, 3)
        assert maps["activation"].shape == maps["probability"].shape == maps["winner"].shape == (5, 8)


def test_a_network_without_classes_gives_the_feature_maps_alone(occlude, tmp_path):
    status, out, _ = occlude("maps.keras", "--npz", tmp_path / "maps.npz")
    assert status == 0
    assert "probability" not in out
    with np.load(tmp_path / "maps.npz") as maps:
        assert {"image", "activation", "projection"} < set(maps)
        assert "winner" not in maps


@pytest.mark.parametrize(("given", "name"), [("2", "fish"), ("cat", "cat")])
def test_a_class_is_a_name_or_a_number(occlude, given, name):
    assert f"probability of {name}" in occlude("classes/model.keras", "--class", given).out


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (
            "classes/model.keras",
            ["--class", "dgo"],
            "unknown class 'dgo'; did you mean 'dog'? there is: cat, dog, fish",
        ),
        ("classes/model.keras", ["--class", "3"], "there is no class 3; the network has 3, counted from 0"),
        ("maps.keras", ["--class", "dog"], "unknown class 'dog'; the network has no names of classes, give a number"),
        ("maps.keras", ["--layer", "relu2"], "unknown layer 'relu2'; did you mean 'relu1'?"),
        ("maps.keras", ["--value", "1.5"], "--value is 1.5; it must be a number not above 1"),
        ("maps.keras", ["--stride", "0"], "--stride is 0; it must be a number not below 1"),
    ],
)
def test_what_there_is_not_is_told_in_one_line(occlude, tmp_path, model, options, message):
    status, out, err = occlude(model, *options, "--quiet")
    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize(("output", "reason"), [("out.jpg", "must end in one of"), ("missing/out.png", "no folder")])
def test_files_are_checked_first(command, folder, tmp_path, output, reason):
    status, _, err = command("occlude", folder / "photo.png", "--model", "none", "-o", tmp_path / output)
    assert status == 2
    assert reason in err
