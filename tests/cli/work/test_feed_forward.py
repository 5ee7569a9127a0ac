"""`nst-tf stylize` in one pass."""

import json

import numpy as np
import pytest

from nst_tf.images import Picture, read_image, resize, write_image
from nst_tf.one_pass.decoder import build_decoder
from nst_tf.one_pass.decoder_file import save_decoder
from nst_tf.one_pass.style_network import StyleNetwork, build_style_network, save_style_network

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")


@pytest.fixture
def style(tmp_path, photo):
    """The photograph, upside down and in other colours."""
    pixels = read_image(photo).pixels[::4, ::4]
    write_image(tmp_path / "style.png", Picture(pixels[::-1, :, [2, 0, 1]]))
    return tmp_path / "style.png"


@pytest.fixture
def frames(tmp_path, photo):
    """A folder of three pictures, and one that is broken."""
    folder = tmp_path / "frames"
    folder.mkdir()
    pixels = resize(read_image(photo).pixels, (48, 64)).clip(0, 1)
    for number in range(3):
        write_image(folder / f"{number}.png", Picture(pixels * (1 - 0.2 * number)))
    (folder / "1x.png").write_bytes(b"broken")
    return folder


def test_a_folder_is_painted_in_order_and_one_bad_file_does_not_stop_it(command, tmp_path, frames, style):
    out = tmp_path / "out"
    status, printed, errors = command("stylize", frames, style, "-o", out, "--fast", "--size", 64, "--json")
    records = [json.loads(line) for line in printed.splitlines()]
    assert status == 2
    assert [record["output"] for record in records] == [str(out / f"{number}.png") for number in range(3)]
    assert all((record["width"], record["height"]) == (64, 48) for record in records)
    assert "1x.png: it is damaged" in errors.replace("cannot read ", "") or "1x.png" in errors
    assert sorted(file.name for file in out.iterdir()) == ["0.png", "1.png", "2.png", "manifest.jsonl"]


def test_strength_0_is_nearer_to_the_content(command, tmp_path, photo, style):
    content = resize(read_image(photo).pixels, (48, 64)).clip(0, 1)
    apart = []
    for strength in (0, 1):
        out = tmp_path / f"{strength}.png"
        options = ("--fast", "--size", 64, "--strength", strength, "--quiet")
        assert command("stylize", photo, style, "-o", out, *options) == (0, "", "")
        apart.append(np.abs(read_image(out).pixels - content).mean())
    assert apart[0] < apart[1]


def test_a_decoder_of_ones_own(command, tmp_path, photo, style):
    save_decoder(tmp_path / "decoder.npz", build_decoder("relu1_1"), {})
    out = tmp_path / "out.png"
    options = ("--fast", "--size", 32, "--decoder", tmp_path / "decoder.npz")
    status, printed, _ = command("stylize", photo, style, "-o", out, *options)
    assert (status, printed.startswith(f"wrote {out} (32x24, ")) == (0, True)


def test_a_network_of_styles_needs_no_style(command, tmp_path, photo):
    save_style_network(tmp_path / "network.npz", StyleNetwork(build_style_network(2), ("wave", "night")))
    out = tmp_path / "out.png"
    options = ("--network", tmp_path, "--size", 32)
    assert command("stylize", photo, "-o", out, *options, "--style-blend", "1,0", "--quiet").status == 0
    assert read_image(out).pixels.shape == (24, 32, 3)
    found = command("stylize", photo, "-o", out, *options, "--style-blend", "1,0,0")
    assert found.status == 2
    assert "--style-blend has 3 shares, and there are 2 styles" in found.err
    assert "--style-blend has 1 share, and" in command("stylize", photo, "-o", out, *options, "--style-blend", "1").err
    named = ("--network", f"{tmp_path}:night", "--size", 32)
    assert command("stylize", photo, "-o", out, *named, "--quiet").status == 0
    found = command("stylize", photo, "-o", out, "--network", f"{tmp_path}:nigth", "--size", 32)
    assert (found.status, "did you mean 'night'?" in found.err) == (2, True)
    found = command("stylize", photo, photo, "-o", out, *options)
    assert (found.status, "--network knows its styles already" in found.err) == (2, True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--decoder", "run"), "--decoder has a meaning only with --fast"),
        (("--fast", "--steps", "3"), "--steps has no meaning with --fast"),
        (("--fast", "--preset", "draft"), "--preset has no meaning with --fast"),
        (("--fast", "--save-every", "3"), "--save-every has no meaning with --fast"),
        (("--hub", "folder", "--strength", "1"), "--strength has no meaning with --hub"),
        (("--hub", "folder", "--preview"), "--preview has no meaning with --hub"),
        (("--network", "paintings", "--preview"), "--preview has no meaning with --network"),
        (("--hub", "nowhere"), "there is no folder nowhere"),
        (("--network", "nowhere"), "--network knows its styles already"),
        (("--fast", "--strength", "2"), "--strength is 2.0; it must be a number not above 1"),
        (("--fast", "--hub", "folder"), "not allowed with argument"),
        (("--fast", "--decoder", "nowhere"), "there is no decoder nowhere"),
    ],
)
def test_what_does_not_go_together_is_refused(command, tmp_path, photo, style, options, message):
    out = tmp_path / "out.png"
    status, printed, errors = command("stylize", photo, style, "-o", out, *options)
    assert (status, printed) == (2, "")
    assert message in errors
    assert errors.count("\n") == 1
    assert not out.exists()


def test_a_style_is_needed(command, tmp_path, photo):
    status, _, errors = command("stylize", photo, "-o", tmp_path / "out.png", "--fast")
    assert (status, errors) == (
        2,
        "nst-tf: error: no STYLE was given; at least one image is needed after CONTENT, or a --region\n",
    )
