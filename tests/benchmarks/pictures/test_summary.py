import pytest

from benchmarks.pictures.summary import summarise, table


def test_means_are_over_pairs_and_shares_are_of_each_photograph(comparison, numbers):
    summary = summarise(comparison, numbers)
    assert (summary["size"], summary["pairs"]) == (8, 2)
    assert list(summary["methods"]) == ["photograph", "painting", "recoloured", "default", "fast", "default steps=1"]
    fast = summary["methods"]["fast"]
    assert fast["style_share"] == pytest.approx((0.6 / 1 + 0.6 / 2) / 2)
    assert fast["patch_share"] == 0.5
    assert (fast["omission_distance"], fast["content_distance"], fast["edge_agreement"]) == (0.75, 0.25, 0.5)
    assert fast["worst"] == {"pair": ["castle.png", "<sun>.png"], "style_share": 0.6}
    assert (fast["seconds"], fast["peak_memory_mb"]) == ((2 + 4) / 2 + 1, 200)
    assert summary["methods"]["photograph"]["style_share"] == 1
    assert summary["identity"]["wave & co.png"] == dict.fromkeys(("default", "fast", "default steps=1"), 0.1 + 0.2)


def test_the_table_has_a_line_for_each_control_and_method_then_the_identities(comparison, numbers):
    del numbers.data[comparison.key(comparison.pairs[0], "default")]["seconds"]
    del numbers.data[comparison.key(comparison.pairs[1], "default")]["seconds"]
    title, head, *lines = table(summarise(comparison, numbers)).splitlines()
    assert title.startswith("2 pairs at 8 px; style and patches as shares")
    assert " ".join(head.split()) == "method style patches omitted content edges seconds MB worst in style"
    photograph, _, _, default, fast, _ = lines[:6]
    cells = "photograph 1.000 1.000 0.750 0.000 0.500 - - 1.000 castle.png x <sun>.png"
    assert " ".join(photograph.split()) == cells
    assert default.split()[6:8] == ["-", "200"]
    assert fast.split()[:8] == ["fast", "0.450", "0.500", "0.750", "0.250", "0.500", "4.0", "200"]
    assert lines[8].split("  ")[0] == "painted with itself"
    assert [line.split()[-3:] for line in lines[9:]] == [["0.100"] * 3, ["0.300"] * 3, ["0.200"] * 3]
