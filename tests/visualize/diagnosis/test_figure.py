import numpy as np
import pytest

from nst_tf.visualize.diagnosis import Diagnosis, LayerDiagnosis
from nst_tf.visualize.diagnosis.figure import diagnosis_figure
from nst_tf.visualize.diagnosis.frequency import FrequencyCoverage

SHALLOW = Diagnosis(
    images=3,
    skipped={},
    window=(7, 7),
    stride=(2, 2),
    frequency=FrequencyCoverage((0.5, 0.25, 0.25), 0.9, np.eye(64)),
    layers=(LayerDiagnosis("relu1", 4, 0.0, 0.0, 0.5, 1.5, 0.0),),
    aliasing=None,
)
DEEP = Diagnosis(
    images=3,
    skipped={},
    window=(11, 11),
    stride=(4, 4),
    frequency=FrequencyCoverage((0.0, 0.0, 1.0), 0.0, np.ones((64, 64))),
    layers=tuple(LayerDiagnosis(f"relu{k}", 4, 0.1 * k, 0.0, 0.2 * k, k, 0.0) for k in (1, 2, 3)),
    aliasing=0.4,
)


def heights(axes, name):
    bars = next(container for container in axes.containers if container.get_label() == name)
    return [bar.get_height() for bar in bars]


def panels(figure):
    return {axes.get_title(): axes for axes in figure.axes if axes.get_title()}


def test_bars_have_the_heights_of_the_measures():
    found = panels(diagnosis_figure({"one": SHALLOW, "other": DEEP}))
    assert heights(found["first filters by preferred frequency, share"], "one") == [0.5, 0.25, 0.25]
    assert heights(found["aliasing, share of power"], "one") == [0.0]
    assert heights(found["aliasing, share of power"], "other") == [0.4]
    assert heights(found["dead filters, share"], "other") == pytest.approx([0.1, 0.2, 0.3])
    assert heights(found["sparsity: activations at 0, share"], "one") == [0.5]
    assert heights(found["dominance: largest RMS / median"], "other") == [1, 2, 3]


def test_each_network_has_its_spectrum_in_decibels_of_its_largest():
    found = panels(diagnosis_figure({"one": SHALLOW, "other": DEEP}))
    spectrum = found["one: 7x7, stride 2\nmean power of the first filters"].images[0].get_array()
    np.testing.assert_allclose(spectrum[3, 3], 0)
    np.testing.assert_allclose(spectrum[3, 4], -120)
    assert "other: 11x11, stride 4\nmean power of the first filters" in found
