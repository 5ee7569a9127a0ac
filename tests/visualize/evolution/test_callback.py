"""A tiny network trained on the twelve photographs; NumPy finds again what was recorded."""

import logging
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_tf.errors import InputError
from nst_tf.images import find_images, read_frame
from nst_tf.visualize.deconv import Deconv
from nst_tf.visualize.evolution.callback import FeatureEvolution
from nst_tf.visualize.evolution.record import evolution_files, read_evolution, read_facts, record_path

PHOTOS = find_images(Path(__file__).parents[2] / "data" / "photos")
SIDE = 32
LAYERS = ("relu1", "relu2")
ARRAYS = ("activations", "images", "names", "positions", "patches", "projections", "scales")


@pytest.fixture(scope="module")
def images():
    return np.stack([read_frame(path, SIDE) for path in PHOTOS])


@pytest.fixture(scope="module")
def labels():
    classes = sorted({path.parent.name for path in PHOTOS})
    return np.array([classes.index(path.parent.name) for path in PHOTOS])


def network(side=SIDE):
    keras.utils.set_random_seed(4)
    image = keras.Input((side, side, 3), name="image")
    x = keras.layers.Rescaling(4.0, -2.0)(image)
    x = keras.layers.ReLU(name="relu1")(keras.layers.Conv2D(6, 5, strides=2, kernel_initializer="he_normal")(x))
    x = keras.layers.MaxPooling2D(2)(x)
    x = keras.layers.ReLU(name="relu2")(keras.layers.Conv2D(8, 3, padding="same", kernel_initializer="he_normal")(x))
    x = keras.layers.Dropout(0.5)(keras.layers.GlobalAveragePooling2D()(x))
    model = keras.Model(image, keras.layers.Dense(6, activation="softmax", name="head")(x))
    model.compile(keras.optimizers.SGD(0.3), "sparse_categorical_crossentropy")
    return model


class Weights(keras.callbacks.Callback):
    """Keeps the weights after each epoch."""

    def __init__(self):
        super().__init__()
        self.after = {}

    def on_epoch_end(self, epoch, logs=None):
        self.after[epoch + 1] = self.model.get_weights()


def train(model, images, labels, *callbacks, **options):
    return model.fit(images, labels, batch_size=4, verbose=0, callbacks=list(callbacks), **options)


def arrays(path):
    with np.load(path) as file:
        return {layer: {name: file[f"{layer}:{name}"] for name in ARRAYS} for layer in read_facts(path)["layers"]}


@pytest.fixture(scope="module")
def trained(images, labels, tmp_path_factory):
    """The folder of a run of four epochs, of which 1, 2 and 4 were recorded, and the weights after each."""
    folder, weights = tmp_path_factory.mktemp("run"), Weights()
    train(network(), images, labels, FeatureEvolution(PHOTOS, folder, epochs=(1, 2, 4), batch=5), weights, epochs=4)
    return folder, weights.after


def test_records_the_chosen_epochs_and_all_rectified_maps(trained):
    folder, _ = trained
    assert list(evolution_files(folder)) == [1, 2, 4]
    assert read_facts(record_path(folder, 2)) == {
        "epoch": 2,
        "layers": list(LAYERS),
        "side": SIDE,
        "rule": "deconvnet",
    }
    assert sorted(path.name for path in folder.iterdir()) == ["evolution"]


def test_winners_are_those_that_numpy_finds_with_the_weights_of_the_epoch(trained, images):
    folder, weights = trained
    model = network()
    for epoch in (1, 2, 4):
        model.set_weights(weights[epoch])
        for layer, found in arrays(record_path(folder, epoch)).items():
            maps = keras.Model(model.input, model.get_layer(layer).output)(images).numpy()
            count, _, columns, filters = maps.shape
            flat = maps.transpose(3, 0, 1, 2).reshape(filters, count, -1)
            number, place = np.divmod(flat.reshape(filters, -1).argmax(1), flat.shape[2])
            active = flat.max((1, 2)) > 0
            np.testing.assert_allclose(found["activations"], flat.max((1, 2)), rtol=1e-5)
            assert np.array_equal(found["images"][active], number[active])
            assert np.array_equal(found["positions"][active], np.stack(np.divmod(place, columns), 1)[active])
            expected = [
                f"{PHOTOS[n].parent.name}/{PHOTOS[n].name}" if on else "" for n, on in zip(number, active, strict=True)
            ]
            assert found["names"].tolist() == expected


def test_winners_change_while_the_network_learns(trained):
    changed = np.concatenate([read_evolution(trained[0]).changed(layer).ravel() for layer in LAYERS])
    assert 0 < changed.sum() < changed.size


def test_projections_and_patches_are_those_of_the_whole_image(trained, images):
    folder, weights = trained
    model = network()
    model.set_weights(weights[4])
    found = arrays(record_path(folder, 4))["relu1"]
    deconv = Deconv(model, "relu1")
    for number in range(6):
        if not found["names"][number]:
            assert not found["projections"][number].any()
            continue
        image, (row, column) = images[found["images"][number]], found["positions"][number]
        # A window of 5 pixels, 2 apart, without padding.
        field = slice(2 * row, 2 * row + 5), slice(2 * column, 2 * column + 5)
        projection = deconv({"image": image[None], "filter": np.array([number])})["projection"][0].numpy()
        scale = np.abs(projection).max()
        np.testing.assert_allclose(found["scales"][number], scale, rtol=1e-5)
        np.testing.assert_allclose(found["projections"][number] / 127 * scale, projection[field], atol=scale / 250)
        np.testing.assert_allclose(found["patches"][number] / 255, image[field], atol=0.51 / 255)


def test_is_compiled_once_for_all_epochs(images, labels, tmp_path):
    callback = FeatureEvolution(PHOTOS, tmp_path, epochs=range(1, 6))
    train(network(), images, labels, callback, epochs=5)
    recorder = callback._recorder
    compiled = [recorder._search.add, *(one._deconv._compiled for one in recorder._projectors.values())]
    assert [one.experimental_get_tracing_count() for one in compiled] == [1, 1, 1]


def test_a_training_that_goes_on_keeps_the_epochs_before_and_makes_those_to_come(trained, images, labels, tmp_path):
    before, weights = trained
    shutil.copytree(before / "evolution", tmp_path / "evolution")
    kept = record_path(tmp_path, 2).read_bytes()
    model = network()
    model.set_weights(weights[2])
    callback = FeatureEvolution(PHOTOS, tmp_path, epochs=(1, 2, 3, 6))
    train(model, images, labels, callback, initial_epoch=2, epochs=3)
    assert list(evolution_files(tmp_path)) == [1, 2, 3]
    assert record_path(tmp_path, 2).read_bytes() == kept


def test_refuses_to_go_on_with_other_layers_and_loses_nothing(trained, images, labels, tmp_path):
    shutil.copytree(trained[0] / "evolution", tmp_path / "evolution")
    callback = FeatureEvolution(PHOTOS, tmp_path, ["relu2"])
    with pytest.raises(
        InputError, match=r"epoch-001.npz was recorded with layers \['relu1', 'relu2'\], not \['relu2'\]"
    ):
        train(network(), images, labels, callback, initial_epoch=4, epochs=5)
    assert list(evolution_files(tmp_path)) == [1, 2, 4]


def test_shows_units_of_a_dense_layer_with_the_whole_image(images, labels, tmp_path):
    train(network(), images, labels, FeatureEvolution(PHOTOS, tmp_path, ["head"], rule="gradient"), epochs=1)
    found = arrays(record_path(tmp_path, 1))["head"]
    assert found["patches"].shape == (6, SIDE, SIDE, 3)
    for number, patch in zip(found["images"], found["patches"], strict=True):
        np.testing.assert_allclose(patch / 255, images[number], atol=0.51 / 255)


def test_a_diverged_network_is_silent(images, labels, tmp_path):
    model = network()
    model.layers[2].kernel.assign(tf.fill(model.layers[2].kernel.shape, np.nan))
    train(model, images, labels, FeatureEvolution(PHOTOS, tmp_path), epochs=1)
    assert not read_evolution(tmp_path).active("relu1").any()
    assert not arrays(record_path(tmp_path, 1))["relu2"]["projections"].any()


def test_skips_unreadable_images_and_names_them_once(images, labels, tmp_path, caplog):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no image")
    callback = FeatureEvolution([broken, *PHOTOS], tmp_path / "run", epochs=(1, 2))
    with caplog.at_level(logging.WARNING, "nst_tf"):
        train(network(), images, labels, callback, epochs=2)
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("nst_tf")]
    assert [line.partition(":")[0] for line in lines] == [f"skipped {broken}"]
    assert arrays(record_path(tmp_path / "run", 1))["relu1"]["images"].min() >= 1


def test_records_with_mirrored_variables(images, labels, tmp_path):
    with tf.distribute.MirroredStrategy(["/cpu:0"]).scope():
        model = network()
    train(model, images, labels, FeatureEvolution(PHOTOS, tmp_path), epochs=1)
    maps = keras.Model(model.input, model.get_layer("relu2").output)(images).numpy()
    found = arrays(record_path(tmp_path, 1))["relu2"]
    np.testing.assert_allclose(found["activations"], maps.max((0, 1, 2)), rtol=1e-5)


def test_does_not_disturb_the_training(trained, images, labels):
    weights = Weights()
    train(network(), images, labels, weights, epochs=4)
    for recorded, plain in zip(trained[1][4], weights.after[4], strict=True):
        assert np.array_equal(recorded, plain)


@pytest.mark.parametrize("options", [{"writes": False}, {"epochs": ()}])
def test_without_anything_to_write_leaves_no_trace(images, labels, tmp_path, options):
    train(network(), images, labels, FeatureEvolution(PHOTOS, tmp_path / "run", **options), epochs=1)
    assert list(tmp_path.iterdir()) == []


def test_bad_use_is_named(images, labels, tmp_path):
    with pytest.raises(InputError, match="there are no training images"):
        FeatureEvolution([], tmp_path)
    with pytest.raises(InputError, match="epochs are counted from 1, not 0"):
        FeatureEvolution(PHOTOS, tmp_path, epochs=(0, 1))
    with pytest.raises(InputError, match="unknown layer 'relu3'"):
        train(network(), images, labels, FeatureEvolution(PHOTOS, tmp_path, ["relu3"]), epochs=1)
    with pytest.raises(InputError, match="has no inverse in the deconvnet"):
        train(network(), images, labels, FeatureEvolution(PHOTOS, tmp_path, ["head"]), epochs=1)
    (tmp_path / "evolution").touch()
    with pytest.raises(InputError, match=r"cannot make the folder .*/evolution"):
        train(network(), images, labels, FeatureEvolution(PHOTOS, tmp_path), epochs=1)


def test_the_last_epoch_is_always_recorded_unless_nothing_is(images, labels, tmp_path):
    for epochs, recorded in (((1,), [1, 3]), ((), [])):
        folder = tmp_path / str(len(epochs))
        train(network(), images, labels, FeatureEvolution(PHOTOS, folder, epochs=epochs), epochs=3)
        assert list(evolution_files(folder)) == recorded
