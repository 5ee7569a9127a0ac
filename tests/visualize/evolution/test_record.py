import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.visualize.evolution.record import evolution_files, read_evolution, record_path, save_epoch


def test_gives_back_what_was_recorded_epoch_by_epoch(run_folder, recorded):
    evolution = read_evolution(run_folder)
    assert (evolution.epochs, evolution.layers) == ((1, 2, 5), ("relu1", "relu2"))
    for layer in evolution.layers:
        for row, epoch in enumerate(evolution.epochs):
            winners = recorded(layer, epoch)
            assert np.array_equal(evolution.active(layer)[row], winners.names != "")
            projections = [winners.projections[n] * (float(winners.scales[n]) / 127) for n in (1, 0)]
            np.testing.assert_allclose(evolution.projections(layer, [1, 0])[row], projections, rtol=1e-6)


def test_a_change_is_another_winning_image_or_falling_silent_or_waking_up(run_folder, changed):
    evolution = read_evolution(run_folder)
    for layer, expected in changed.items():
        assert np.array_equal(evolution.changed(layer), expected)


def test_epochs_are_in_the_order_of_their_numbers(run_folder):
    record_path(run_folder, 5).rename(record_path(run_folder, 1000))
    record_path(run_folder, 2).rename(record_path(run_folder, 200))
    (run_folder / "evolution" / "epoch-x.npz").touch()
    assert list(evolution_files(run_folder)) == [1, 200, 1000]


def test_refuses_a_folder_without_a_record(tmp_path):
    with pytest.raises(InputError, match=r"there is no folder .*/none"):
        read_evolution(tmp_path / "none")
    with pytest.raises(InputError, match=r"has no recorded epochs .* train-convnet records them"):
        read_evolution(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a zip", None])
def test_refuses_a_damaged_file_by_its_name(run_folder, content):
    path = record_path(run_folder, 2)
    path.write_bytes(path.read_bytes()[:1000] if content is None else content)
    with pytest.raises(InputError, match=r"cannot read .*epoch-002.npz: it is no record of an epoch, or damaged"):
        read_evolution(run_folder)


def test_refuses_a_file_with_an_array_damaged_when_it_is_needed(run_folder):
    path = record_path(run_folder, 2)
    data = bytearray(path.read_bytes())
    start = data.index(b"relu1:projections.npy") + 200
    data[start : start + 50] = bytes(50)
    path.write_bytes(data)
    evolution = read_evolution(run_folder)
    with pytest.raises(InputError, match=r"cannot read .*epoch-002.npz"):
        evolution.projections("relu1", [0])


def test_refuses_epochs_of_different_networks(run_folder, recorded):
    facts = {"epoch": 7, "layers": ["relu1"], "side": 32, "rule": "deconvnet"}
    save_epoch(record_path(run_folder, 7), facts, {"relu1": recorded("relu1", 5)})
    with pytest.raises(InputError, match=r"epoch-001.npz and .*epoch-007.npz are of different layers"):
        read_evolution(run_folder)
    found = {"relu1": recorded("relu1", 5), "relu2": recorded("relu1", 5)}
    save_epoch(record_path(run_folder, 7), {**facts, "layers": list(found)}, found)
    with pytest.raises(InputError, match=r"of networks of different width in 'relu2'"):
        read_evolution(run_folder)


def test_an_unknown_layer_is_named_with_those_recorded(run_folder):
    with pytest.raises(InputError, match=r"unknown layer 'relu3'; did you mean 'relu.'.* there is: relu1, relu2"):
        read_evolution(run_folder).check_layers(["relu1", "relu3"])
