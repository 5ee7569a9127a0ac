import json

import keras
import numpy as np
import pytest
from scipy.optimize import minimize

from nst_tf.backbones import load_backbone
from nst_tf.errors import InputError
from nst_tf.images import read_image
from nst_tf.training import find_classes, train_head
from nst_tf.training.convnet.head import DECAY, fit_head

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")


def objective(flat, x, labels):
    weights, bias = flat[:-3].reshape(-1, 3), flat[-3:]
    logits = x @ weights + bias
    largest = logits.max(axis=1)
    losses = np.log(np.exp(logits - largest[:, None]).sum(axis=1)) + largest - logits[np.arange(len(x)), labels]
    return losses.mean() + DECAY / 2 * np.square(weights).sum()


def test_the_fit_is_the_minimum_of_the_convex_objective():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 40)
    features = 50 + 7 * rng.normal(size=(40, 5)) + 5 * np.eye(3, 5)[labels]
    kernel, bias = fit_head(features, labels, 3)
    mean = features.mean(axis=0)
    length = np.sqrt(np.square(features - mean).sum(axis=1).mean())
    x = (features - mean) / length
    ours = objective(np.append(kernel * length, bias + mean @ kernel), x, labels)
    # SciPy's is another algorithm, with the gradient by differences.
    best = minimize(objective, np.zeros(18), (x, labels), method="L-BFGS-B", options={"maxfun": 10**5}, tol=1e-12)
    assert ours == pytest.approx(best.fun, abs=1e-7)
    assert ours <= best.fun + 1e-12


def test_separates_the_classes_and_saves_a_model_for_images_of_any_size(folder, tmp_path):
    trained = train_head(folder, tmp_path / "run", backbone="alexnet", side=64)
    assert trained.classes == ("ant", "bee", "cat")
    assert trained.history[0]["val_error"] == 0
    model = keras.saving.load_model(tmp_path / "run" / "model.keras")
    held = find_classes(folder).held_out
    right = [model(read_image(file).pixels[None].repeat(4, 1).repeat(4, 2)).numpy().argmax() for file in held.files]
    assert right == list(held.labels)
    assert (tmp_path / "run" / "classes.txt").read_text() == "ant\nbee\ncat\n"
    assert json.loads((tmp_path / "run" / "run.json").read_text())["history"] == list(trained.history)


def test_the_network_below_stays_as_it_was(folder, tmp_path):
    model = train_head(folder, tmp_path / "run", backbone="alexnet", side=64).model
    for layer in load_backbone("alexnet").layers:
        for one, other in zip(layer.get_weights(), model.get_layer(layer.name).get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
    assert not model.trainable_weights


def test_the_same_command_gives_the_same_weights_and_another_is_refused(folder, tmp_path):
    first, second = (train_head(folder, tmp_path / "run", backbone="alexnet", side=64) for _ in range(2))
    for one, other in zip(first.model.get_weights(), second.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(InputError, match="is a run with side 64, not 96; choose another folder"):
        train_head(folder, tmp_path / "run", backbone="alexnet", side=96)


def test_unreadable_images_are_skipped(folder, tmp_path):
    (folder / "ant" / "text.png").write_bytes(b"a letter")
    trained = train_head(folder, tmp_path / "run", backbone="alexnet", side=64)
    assert list(trained.skipped) == ["ant/text.png"]
    assert trained.history[0]["val_error"] == 0


def test_refuses_networks_it_does_not_know(folder, tmp_path):
    with pytest.raises(InputError, match="unknown network to train a head on 'alexnett'; did you mean 'alexnet'"):
        train_head(folder, tmp_path / "run", backbone="alexnett")
