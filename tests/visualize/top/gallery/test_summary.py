import json

import numpy as np

from nst_tf.visualize.top.gallery import write_summary
from nst_tf.visualize.top.gallery.summary import filter_table


def test_table_holds_what_the_arrays_hold(make_result):
    result = make_result()
    for number, row in enumerate(filter_table(result)):
        assert row["filter"] == number
        assert np.float32(row["sparsity"]) == result.sparsity[number]
        for rank, entry in enumerate(row["top"]):
            assert entry["image"] == result.images[number, rank]
            assert np.float32(entry["activation"]) == result.activations[number, rank]
            assert entry["position"] == result.positions[number, rank].tolist()
            assert entry["box"] == result.boxes[number, rank].tolist()


def test_places_without_an_image_are_left_out(make_result):
    assert [len(row["top"]) for row in filter_table(make_result())] == [9, 9, 7, 9]


def test_file_is_strict_json_with_every_layer(tmp_path, make_result):
    results = [make_result("conv1"), make_result("conv2", filters=5)]
    names = [f"ü {index} \udcff.jpg" for index in range(12)]
    write_summary(tmp_path, iter(results), names, model="tiny", side=64)
    text = (tmp_path / "top_activations.json").read_text("ascii")
    summary = json.loads(text, parse_constant=lambda name: 1 / 0)
    assert (summary["model"], summary["side"], summary["images"]) == ("tiny", 64, names)
    assert [layer["layer"] for layer in summary["layers"]] == ["conv1", "conv2"]
    assert [layer["filters"] for layer in summary["layers"]] == [filter_table(result) for result in results]
