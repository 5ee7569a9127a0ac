import json

import keras
import numpy as np
import pytest

from nst_tf.images import Picture, write_image

layers = keras.layers
PIXELS = ("--preprocessing", "unit")
pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")


def save(path, window, stride):
    keras.utils.set_random_seed(0)
    image = keras.Input((None, None, 3))
    x = layers.ReLU(name="relu1")(layers.Conv2D(8, window, strides=stride, name="conv1")(image))
    x = layers.ReLU(name="relu2")(layers.Conv2D(4, 3, padding="same", name="conv2")(x))
    model = keras.Model(image, x)
    model.get_layer("conv2").bias.assign([-100, 0, 0, 0])
    model.save(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two networks, and a folder of pictures in folders with one that is none."""
    folder = tmp_path_factory.mktemp("diagnose")
    save(folder / "coarse.keras", 5, 4)
    save(folder / "fine.keras", 3, 2)
    random = np.random.default_rng(0)
    for number in range(3):
        (folder / "photos" / str(number)).mkdir(parents=True)
        picture = Picture(random.random((40, 44, 3)).astype(np.float32))
        write_image(folder / "photos" / str(number) / "a.png", picture)
    (folder / "photos" / "1" / "broken.png").write_bytes(b"no picture")
    return folder


@pytest.fixture
def diagnose(command, folder):
    """Diagnoses the networks of these names."""

    def run(*names, options=()):
        models = [part for name in names for part in ("--model", folder / name)]
        return command("diagnose", *models, "--images", folder / "photos", "--side", 32, "--quiet", *PIXELS, *options)

    return run


def test_networks_stand_side_by_side(diagnose, folder):
    status, out, err = diagnose("coarse.keras", "fine.keras")
    assert (status, err.count("skipped")) == (0, 1)
    lines = out.splitlines()
    assert lines[0].split() == [str(folder / "coarse.keras"), str(folder / "fine.keras")]
    second = lines[0].index(str(folder / "fine.keras"))
    rows = {line[:30].strip(): (line[30:second].strip(), line[second:].strip()) for line in lines}
    assert rows["images"] == ("3", "3")
    assert rows["first layer"] == ("5x5, stride 4", "3x3, stride 2")
    assert all(cell.startswith("25.0%") and cell.endswith("relu2") for cell in rows["2"])


def test_json_has_all_measures(diagnose, folder):
    status, out, _ = diagnose("coarse.keras", "fine.keras", options=["--json"])
    found = json.loads(out)
    coarse, fine = (found[str(folder / name)] for name in ("coarse.keras", "fine.keras"))
    assert status == 0
    assert coarse["first_layer"] == {"window": [5, 5], "stride": [4, 4]}
    assert sum(coarse["frequency"][band] for band in ("low", "mid", "high")) == pytest.approx(1)
    assert coarse["layers"][1]["dead"] == 0.25
    assert 0 < fine["aliasing"] < coarse["aliasing"] < 1
    assert list(coarse["skipped"]) == [str(folder / "photos" / "1" / "broken.png")]


def test_names_the_images_that_were_skipped_and_writes_the_figure(command, folder, tmp_path):
    model = ["--model", folder / "fine.keras", "--images", folder / "photos", "--side", 32, *PIXELS]
    status, _, err = command("diagnose", *model, "-o", tmp_path / "out.png")
    assert status == 0
    assert f"skipped; cannot read {folder / 'photos' / '1' / 'broken.png'}: " in err
    assert (tmp_path / "out.png").stat().st_size > 10_000


def test_a_folder_without_images_is_told_in_one_line(command, tmp_path):
    status, out, err = command("diagnose", "--images", tmp_path)
    assert (status, out) == (2, "")
    assert f"the folder {tmp_path} has no image" in err
    assert err.count("\n") == 1


def test_a_network_given_twice_is_refused(diagnose):
    status, _, err = diagnose("fine.keras", "fine.keras")
    assert status == 2
    assert "more than once" in err


def test_an_unknown_network_is_refused_before_the_work(diagnose, tmp_path):
    status, out, err = diagnose("fine.keras", "none")
    assert (status, out) == (2, "")
    assert err.count("\n") == 1


def test_a_network_whose_pixels_are_not_known_is_told_in_one_line(command, folder):
    status, out, err = command("diagnose", "--model", folder / "fine.keras", "--images", folder / "photos")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert (
        f"what pixels {folder / 'fine.keras'} takes is not known; it must be given as --preprocessing, one of unit"
        in err
    )
