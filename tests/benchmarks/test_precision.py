import pytest

import nst_tf
from benchmarks.precision import measure, table

from ..shallow import on_few_layers


def test_both_are_timed_and_come_as_near_to_style_and_content(monkeypatch):
    monkeypatch.setattr(nst_tf, "stylize", on_few_layers(nst_tf.stylize, steps=(4,), init="content"))
    measured = measure(48, rounds=1)
    assert (measured["height"], measured["width"]) == (32, 48)
    exact, narrow = measured["float32"], measured["bfloat16"]
    assert exact["evaluations"] == narrow["evaluations"] == 4
    assert measured["ratio"] == pytest.approx(narrow["seconds"] / exact["seconds"])
    assert narrow["style"] == pytest.approx(exact["style"], abs=0.05)
    assert narrow["content"] == pytest.approx(exact["content"], abs=0.05)


def test_the_table_tells_times_and_distances():
    exact = {"seconds": 10.0, "evaluations": 90, "style": 0.485, "content": 0.407}
    narrow = {"seconds": 6.9, "evaluations": 88, "style": 0.491, "content": 0.412}
    machine = {"ratio": 0.69, "machine": "bfloat16", "reason": "the processor has avx512_bf16"}
    measured = {"width": 512, "height": 342, "float32": exact, "bfloat16": narrow, **machine}
    first, second, end = table(measured).splitlines()
    assert " ".join(first.split()) == "float32, 512x342 px 10.00 s 90 evaluations, style 0.485, content 0.407"
    assert second.endswith("6.90 s  88 evaluations, style 0.491, content 0.412")
    assert end == "bfloat16 takes 0.69 of the time; auto is bfloat16: the processor has avx512_bf16"
