"""A run whose record is known."""

import numpy as np
import pytest

from nst_tf.visualize.evolution.record import LayerWinners, record_path, save_epoch

# The winning image of each filter at each epoch; "" where the filter is silent.
WINNERS = {
    "relu1": {1: ["a", "b", "", ""], 2: ["a", "c", "", "d"], 5: ["a", "b", "", "d"]},
    "relu2": {1: ["a", "a"], 2: ["b", "a"], 5: ["", "a"]},
}
CHANGED = {
    "relu1": [[0, 0, 0, 0], [0, 1, 0, 1], [0, 1, 0, 0]],
    "relu2": [[0, 0], [1, 0], [1, 0]],
}
SIDE = 7


def winners_of(names, epoch):
    """Grey projections, so that no pixel of them has the colour of a mark; all different."""
    generator = np.random.default_rng([epoch, len(names)])
    names = np.array(names)
    active = names != ""
    shape = (len(names), SIDE, SIDE, 3)
    levels = np.broadcast_to(generator.integers(-127, 128, (*shape[:3], 1)), shape) * active[:, None, None, None]
    return LayerWinners(
        activations=np.where(active, generator.random(len(names)) + 0.1, 0).astype(np.float32),
        images=np.array([max(ord(name or "a") - ord("a"), 0) for name in names], np.int32),
        names=names,
        positions=np.zeros((len(names), 2), np.int32),
        patches=np.full(shape, 128, np.uint8),
        projections=levels.astype(np.int8),
        scales=np.where(active, generator.random(len(names)) + 0.1, 0).astype(np.float32),
    )


@pytest.fixture
def run_folder(tmp_path):
    """A run with the record of the epochs 1, 2 and 5 of two layers."""
    folder = tmp_path / "run"
    (folder / "evolution").mkdir(parents=True)
    for epoch in (1, 2, 5):
        found = {layer: winners_of(names[epoch], epoch) for layer, names in WINNERS.items()}
        facts = {"epoch": epoch, "layers": list(WINNERS), "side": 32, "rule": "deconvnet"}
        save_epoch(record_path(folder, epoch), facts, found)
    return folder


@pytest.fixture
def changed():
    """Where another image wins than at the epoch before, by layer, bool `(epochs, filters)`."""
    return {layer: np.array(rows, bool) for layer, rows in CHANGED.items()}


@pytest.fixture
def recorded():
    """The winners of a layer at an epoch, as in `run_folder`."""
    return lambda layer, epoch: winners_of(WINNERS[layer][epoch], epoch)
