"""`nst-tf reconstruct` with the network, at 48 pixels."""

import json

import pytest

from nst_tf.images import read_image

QUICK = ("--size", "48", "--steps", "4")


def test_the_line_tells_the_error_and_the_psnr(command, tmp_path, photo):
    status, out, _ = command("reconstruct", photo, "--layer", "relu1_1", "-o", tmp_path / "out.png", *QUICK)
    assert status == 0
    assert "representation error " in out
    assert "psnr " in out
    assert max(read_image(tmp_path / "out.png").pixels.shape) == 48


def test_several_layers_make_a_strip_and_json_has_the_facts_of_each(command, tmp_path, photo):
    arguments = ("--layer", "relu1_1,relu1_2", "-o", tmp_path / "out.png", *QUICK, "--json", "--quiet")
    status, out, err = command("reconstruct", photo, *arguments)
    assert (status, err) == (0, "")
    layers = json.loads(out)["layers"]
    assert [one["layer"] for one in layers] == ["relu1_1", "relu1_2"]
    assert all(0 < one["representation_error"] < 1 < one["psnr"] for one in layers)
    assert read_image(tmp_path / "out.png").pixels.shape[1] == 3 * 48 + 4 * 8


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "one of the arguments --layer --all-layers is required"),
        (("--layer", "relu1_1", "--all-layers"), "not allowed with argument"),
        (("--layer", "relu1_11"), "did you mean 'relu1_1'?"),
        (("--layer", "relu1_1", "--optimizer", "adam"), "unknown --optimizer 'adam'"),
    ],
)
def test_what_cannot_be_made_is_refused(command, tmp_path, photo, arguments, words):
    status, out, err = command("reconstruct", photo, "-o", tmp_path / "out.png", *arguments)
    assert (status, out) == (2, "")
    assert words in err
    assert not (tmp_path / "out.png").exists()
