import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from nst_tf.images import Picture, read_image, write_image

from ...serve.running import without_waiting
from ..serving import save_models, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving("--model-dir", save_models(tmp_path_factory.mktemp("models"))) as started:
        yield started


@pytest.fixture(params=["grpc", "rest"])
def call(command, server, request):
    """Runs `nst-tf call` with the server's address."""
    options = {
        "grpc": ["--server", f"127.0.0.1:{server.grpc}"],
        "rest": ["--rest", "--server", f"127.0.0.1:{server.rest}"],
    }

    def ask(*arguments):
        return command("call", *arguments, *options[request.param])

    return ask


def test_writes_the_picture_in_the_format_of_its_name(call, pictures):
    out = pictures / "out.png"
    status, told, err = call("fast-stylize", pictures / "content.png", pictures / "style.jpg", "-o", out)
    assert (status, told, err) == (0, f"wrote {out}; size 512\n", "")
    np.testing.assert_array_equal(read_image(out).pixels, read_image(pictures / "style.jpg").pixels)


def test_images_of_other_formats_are_sent_as_png(call, pictures):
    write_image(pictures / "style.tif", Picture(np.full((5, 7, 3), 0.4, np.float32)), bit_depth=16)
    out = pictures / "out.jpg"
    assert call("fast-stylize", pictures / "content.png", pictures / "style.tif", "-o", out).status == 0
    np.testing.assert_allclose(read_image(out).pixels, 0.4, atol=2 / 255)


def test_controls_reach_the_model_and_what_it_tells_is_printed(call, pictures):
    images = pictures / "content.png", pictures / "style.jpg"
    status, told, _ = call("fast-stylize", *images, "-o", pictures / "out.png", "--size", 300, "--json")
    assert status == 0
    assert json.loads(told) == {"output": str(pictures / "out.png"), "size": 300}


def test_features_are_written_as_arrays(call, pictures):
    image, out = pictures / "content.png", pictures / "out.npz"
    status, told, _ = call("features", image, "-o", out, "--model-version", 4)
    assert (status, told.startswith(f"wrote {out}")) == (0, True)
    with np.load(out) as arrays:
        assert {name: array.tolist() for name, array in arrays.items()} == {"relu1": [[image.stat().st_size]]}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fast-stylize", "content.png", "style.jpg", "--strength", "2"], "strength is above 1"),
        (
            ["fast-stylize", "content.png", "style.jpg", "--model", "slow"],
            "Servable not found for request: Latest(slow)",
        ),
        (["dream", "content.png", "--model", "fast-stylize"], "no input 'image_bytes'; there is: content_bytes"),
        (["fast-stylize", "content.png", "missing.jpg"], "cannot read missing.jpg"),
        (["features", "content.png"], "features are written as .npz"),
        (["fast-stylize", "content.png", "style.jpg", "--size", "large"], "'large' is not a whole number"),
        (["fast-stylize", "content.png", "style.jpg", "--tls-ca", "missing.pem"], "cannot read missing.pem"),
        (["nothing", "content.png"], "invalid choice: 'nothing'"),
    ],
)
def test_refuses_in_one_line_and_writes_nothing(call, pictures, monkeypatch, arguments, message):
    monkeypatch.chdir(pictures)
    status, out, err = call(*arguments, "-o", "out.png")
    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
    assert not (pictures / "out.png").exists()


def test_a_server_that_is_not_there_is_a_failure_of_the_machine(command, pictures, monkeypatch):
    without_waiting(monkeypatch)
    images = pictures / "content.png", pictures / "style.jpg"
    status, _, err = command("call", "fast-stylize", *images, "-o", pictures / "out.png", "--server", "127.0.0.1:1")
    assert status == 1
    assert "cannot reach 127.0.0.1:1" in err


CURL = "With nothing but `curl`:\n\n```bash\n"


@pytest.mark.skipif(not all(map(shutil.which, ("bash", "curl", "base64", "python3"))), reason="there is no curl")
def test_the_example_with_curl_writes_the_picture_or_tells_why_there_is_none(server, tmp_path):
    lines = Path(__file__).parents[3].joinpath("README.md").read_text().split(CURL)[1].split("```")[0]
    lines = lines.replace("127.0.0.1:8501", f"127.0.0.1:{server.rest}")
    (tmp_path / "photo.jpg").write_bytes(b"photo")
    (tmp_path / "painting.jpg").touch()
    run = {"cwd": tmp_path, "capture_output": True, "text": True, "timeout": 60}
    failed = subprocess.run(["bash", "-c", lines], **run)
    assert (failed.returncode, failed.stderr) == (1, "style_bytes: it is empty\n")
    assert not (tmp_path / "out.png").exists()
    (tmp_path / "painting.jpg").write_bytes(b"painting")
    assert subprocess.run(["bash", "-c", lines], **run).returncode == 0
    assert (tmp_path / "out.png").read_bytes() == b"painting"
