"""The table; the measurements themselves are tested with `nst_tf.cli.work.machine`."""

from nst_tf.cli.verbs import bench
from nst_tf.cli.work import machine

MEASURED = {
    "stylize": {
        "width": 512,
        "height": 342,
        "picture": 63.0,
        "evaluation": 1.5,
        "gflops": 170.0,
        "matmul_gflops": 240.0,
        "fraction": 0.708,
    },
    "fast": {"width": 512, "height": 341, "picture": 1.2, "picture_and_style": 1.6},
    "dream": {"size": 512, "picture": 9.5},
    "features": {"size": 128, "step": 0.1},
    "visualize": {"size": 224, "images": 200.0, "projections": 50.0},
}
RATE = ("170", "GFLOP/s,", "71%", "of", "the", "matrix", "product")


def test_the_table_tells_all_figures():
    assert [line.split() for line in bench._table(MEASURED).splitlines()] == [
        ["stylize,", "512x342", "63.00", "s"],
        ["one", "of", "its", "evaluations,", "512x342", "1.50", "s", *RATE],
        ["matrix", "product,", "float32", "240.00", "GFLOP/s"],
        ["stylize", "--fast,", "512x341", "1.20", "s", "1.60", "s", "with", "a", "new", "style"],
        ["dream,", "512", "px", "9.50", "s"],
        ["visualize-features,", "a", "step,", "128", "px", "0.10", "s"],
        ["AlexNet", "to", "relu5,", "224", "px", "200.00", "images/s"],
        ["deconv", "from", "there,", "224", "px", "50.00", "images/s"],
    ]


def test_there_is_a_measure_for_each_part():
    assert tuple(machine.MEASURES) == bench.PARTS


def test_measures_what_was_asked_for_at_its_usual_size(command, monkeypatch):
    asked = []
    measures = {part: (lambda size, part=part: asked.append((part, size)) or MEASURED[part], 7) for part in bench.PARTS}
    monkeypatch.setattr(machine, "MEASURES", measures)
    status, out, _ = command("bench", "dream", "features", "--json")
    assert (status, asked) == (0, [("dream", 7), ("features", 7)])
    assert out == '{"dream": {"size": 512, "picture": 9.5}, "features": {"size": 128, "step": 0.1}}\n'
    command("bench", "dream", "--size", 64)
    assert asked[-1] == ("dream", 64)


def test_an_unknown_part_is_refused(command):
    status, _, err = command("bench", "dreams")
    assert status == 2
    assert "dreams" in err
