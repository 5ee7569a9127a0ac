import time

import pytest

from nst_tf.visualize.top.forecast import Forecast, seconds_of


def test_what_is_compiled_first_is_not_counted(monkeypatch):
    now = [0.0]
    took = iter([100.0, 2.0])

    def call():
        now[0] += next(took)

    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    assert seconds_of(call) == 2.0


@pytest.mark.parametrize(
    ("forecast", "told"),
    [
        (
            Forecast(49, 1152, 725.0, 53e6),
            "49 images to look at and 1152 filters to project: about 12 min 5 s and 53 MB",
        ),
        (Forecast(7, 0, 3.0, 0), "7 images to look at: about 3 s"),
        (Forecast(0, 0, 0, 0), "everything is computed already"),
    ],
)
def test_a_forecast_in_words(forecast, told):
    assert str(forecast) == told
