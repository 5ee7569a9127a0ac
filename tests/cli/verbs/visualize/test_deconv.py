import numpy as np
import pytest

from nst_tf.images import Picture, read_image, write_image
from nst_tf.visualize.projection_sheet import GAP


@pytest.fixture
def deconv(command, photos, tmp_path):
    """Runs `nst-tf deconv` on a photograph, at 80 pixels, unless told otherwise."""

    def run(*options, image=photos / "animal" / "dog.jpg", output=tmp_path / "out.png"):
        return command("deconv", image, "--layer", "relu2", "--side", 80, "-o", output, *options)

    return run


def test_writes_the_projections_beside_the_image_and_tells_where_they_are_of(deconv, tmp_path):
    status, out, err = deconv("--strongest", 3)
    assert (status, err) == (0, "")
    *found, last = out.splitlines()
    assert last == f"wrote {tmp_path / 'out.png'}"
    activations = [float(line.split(": ")[1].split()[0]) for line in found]
    assert activations == sorted(activations, reverse=True)
    assert len(found) == 3
    assert read_image(tmp_path / "out.png").pixels.shape[1] > 4 * 80


def test_a_filter_at_a_position(deconv):
    status, out, _ = deconv("--filter", 5, "--filter", 7, "--position", "1,2", "--rule", "guided", "--seed", "one")
    assert status == 0
    assert [line.partition(":")[0] for line in out.splitlines()] == [
        "relu2 filter 5",
        "relu2 filter 7",
        out.splitlines()[-1],
    ]
    assert out.count("at row 1, column 2") == 2


def test_the_whole_map_is_another_picture_than_its_strongest_position(deconv, tmp_path):
    assert deconv("--filter", 5, "--map", output=tmp_path / "map.png").status == 0
    assert deconv("--filter", 5, output=tmp_path / "one.png").status == 0
    whole, one = (read_image(tmp_path / f"{name}.png").pixels for name in ("map", "one"))
    assert one.shape[1] > whole.shape[1]  # what it sees is beside it
    width = whole.shape[1] - 2 * GAP
    shown = [made[-GAP - 80 : -GAP, -GAP - width : -GAP] for made in (whole, one)]
    assert np.abs(shown[0] - shown[1]).max() > 0.2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--filter", 192], "there is no filter 192; the layer has 192, 0 to 191"),
        (["--filter", 1, "--layer", "rely2"], "unknown layer 'rely2'; did you mean 'relu2'?"),
        (["--filter", 1, "--model", "alexnett"], "did you mean 'alexnet'?"),
        (["--filter", 1, "--rule", "deconv"], "unknown --rule 'deconv'; did you mean 'deconvnet'?"),
        (["--filter", 1, "--position", "3"], "'3' is not of the form ROW,COLUMN"),
        (["--filter", 1, "--position", "30,2"], "there is no position (30, 2)"),
        ([], "one of the arguments --filter --strongest is required"),
        (["--filter", 1, "-o", "missing/out.png"], "there is no folder"),
    ],
)
def test_refuses_in_one_line_and_writes_nothing(deconv, tmp_path, monkeypatch, options, message):
    monkeypatch.chdir(tmp_path)
    status, out, err = deconv(*options)
    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_an_image_too_small_for_the_network_is_refused(deconv, tmp_path):
    write_image(tmp_path / "dot.png", Picture(np.zeros((2, 2, 3), np.float32)))
    status, _, err = deconv("--filter", 1, "--side", 2, image=tmp_path / "dot.png")
    assert status == 2
    assert "too small" in err
