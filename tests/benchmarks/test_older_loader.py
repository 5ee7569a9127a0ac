"""The table of models that another Python loads; here it is this one."""

import sys

import numpy as np
import pytest

from benchmarks import older_loader
from nst_tf.export.catalogue import make_servable
from nst_tf.export.export import export

from ..export.conftest import keras_files, write_run


@pytest.fixture
def models(tmp_path):
    with keras_files():
        write_run(tmp_path / "run")
        servable = make_servable(str(tmp_path / "run"))
    export(servable, tmp_path / "models")
    export(servable, tmp_path / "models")
    return tmp_path / "models"


def test_tells_of_each_model_whether_it_runs_and_how_far_it_is_from_ours(models, monkeypatch, capsys):
    # What a newer version of a model is, is what is loaded.
    (models / "run" / "1" / "saved_model.pb").write_bytes(b"")
    monkeypatch.setattr(sys, "argv", ["older_loader", str(models), "--python", sys.executable])
    older_loader.main()
    assert "| run | loads and runs | 0.0e+00 |" in capsys.readouterr().out


def test_pictures_differ_by_their_pixels_and_numbers_by_a_share():
    assert older_loader._apart(np.array([1.0, 3.0]), np.array([1.0, 4.0])) == 0.25
    assert older_loader._apart(np.array([b""], object), np.array([b"fine"], object)) == 1
