import numpy as np
import pytest

from nst_tf.images import Picture
from nst_tf.progress import Progress, Result, Round, Stage


def recipe(remaining):
    return Progress(2, 3, 48, 64, 10, 40, 0.123456, 1.5, remaining, result=lambda: None)


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (recipe(75), ("scale 2/3 64x48", 10, 40, "loss 0.123, 1 min 15 s left", False)),
        (recipe(None), ("scale 2/3 64x48", 10, 40, "loss 0.123", False)),
        (Stage("looking at images", 3, 12), ("looking at images", 3, 12, "", False)),
        (Round("epoch", 3, 70, "loss 0.5"), ("epoch", 3, 70, "loss 0.5", True)),
    ],
)
def test_all_kinds_of_work_report_alike(report, expected):
    assert (report.name, report.done, report.total, report.state, report.lasting) == expected


def test_each_kind_has_a_line_of_its_own():
    assert recipe(7.6).line == "scale 2/3 64x48, evaluation 10 of 40, loss 0.123, 8 s left"
    assert Stage("looking at images", 3, 12).line == "looking at images: 3 of 12"
    assert Round("epoch", 3, 70, "loss 0.5").line == "epoch 3: loss 0.5"


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (59.6, "1 min 0 s"), (3600, "60 min 0 s")])
def test_time_left(seconds, text):
    assert recipe(seconds).state == f"loss 0.123, {text} left"


def test_a_result_is_told_in_a_line_and_shows_its_picture():
    picture = Picture(np.zeros((4, 5, 3), np.float32))
    history = ({"step": 5, "seconds": 1.0, "loss": 0.5}, {"step": 30, "seconds": 31.24, "loss": 0.12345})
    told = "Result(Picture 5x4, 30 evaluations, 31.2 s, loss 0.123"
    assert repr(Result(picture, history, {}, None, True)) == f"{told})"
    assert repr(Result(picture, history, {}, None, False)) == f"{told}, stopped early)"
    assert Result(picture, history, {}, None, True)._repr_png_() == picture._repr_png_()
