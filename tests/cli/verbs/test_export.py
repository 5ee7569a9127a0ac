import re
import signal
from pathlib import Path

import pytest

from nst_tf.export.catalogue import MODELS


def test_writes_versions_and_says_where(command, tmp_path):
    out = tmp_path / "saved_models"
    options = ("--model", "alexnet", "--layers", "relu1", "--side", 48, "-o", out)
    for version in ("1", "2"):
        status, printed, err = command("export", "features", *options)
        assert (status, printed, err) == (0, f"wrote {out / 'features' / version}\n", "")
    written = {path.name for path in (out / "features" / "2").iterdir()}
    assert written >= {"saved_model.pb", "variables", "MODEL_CARD.md", "assets.extra", "batching_params.pbtxt"}
    card = (out / "features" / "2" / "MODEL_CARD.md").read_text()
    assert "| `image` | float32 [?, 48, 48, 3] |" in card
    assert "| `relu1` | float32 [?, 11, 11, 64] | feature maps |" in card
    assert "licence: BSD-3-Clause" in card


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], f"give the names of what to export, or --all: {', '.join(MODELS)}"),
        (["features", "--all"], "give the names of what to export, or --all"),
        (["--all", "--side", 64], "--all exports the bundled networks as they are"),
        (["features", "--size", 64], "--size has a meaning only with --format; --side is that of SavedModels"),
        (["features", "--side", 64, "--format", "onnx"], "with --format, --size says the size of images"),
        (["features", "paintings", "--format", "onnx"], "--format writes one file; give one name of what to export"),
        (
            ["dream", "--format", "onnx"],
            "dream cannot be exported as onnx, which holds one pass of a network",
        ),
        (["features", "--format", "litert", "-o", "features.onnx"], "a model for litert is written as .tflite"),
        (["features", "--format", "onnx", "-o", "none/features.onnx"], "there is no folder"),
        (["featurs"], "unknown model to export 'featurs'; did you mean 'features'?"),
        (["stylize", "--layers", "relu1_1"], "stylize takes no --layers; it is exported as it is"),
        (["deconv", "--side", 64], "deconv takes no --side; it takes --model, --preprocessing, --layers"),
        (["features", "--layers", "rely1_1"], "unknown layer 'rely1_1'; did you mean 'relu1_1'?"),
        (["deconv", "--model", "alexnett"], "did you mean 'alexnet'?"),
    ],
)
def test_refuses_in_one_line_and_writes_nothing(command, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    status, out, err = command("export", *arguments)
    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_writes_a_file_for_another_runtime_and_says_how_exact_it_is(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = ("--format", "onnx", "--size", "48x32", "--model", "alexnet", "--layers", "relu1")
    status, printed, _ = command("export", "features", *options)
    assert status == 0
    exact = r"differs from TensorFlow by at most \d\.\de-\d\d \(relu1; 1\.0e-04 are allowed\)"
    assert re.fullmatch(rf"wrote features\.onnx; {exact}\n", printed)
    assert {path.name for path in tmp_path.iterdir()} == {"features.onnx", "features.onnx.md"}
    assert "| `image` | float32 [1, 32, 48, 3] |" in (tmp_path / "features.onnx.md").read_text()


def test_a_signal_says_which_models_were_written(command, tmp_path, monkeypatch):
    def export(servable, out):
        if servable == "deconv":
            signal.raise_signal(signal.SIGINT)
        return Path(out) / servable / "1"

    monkeypatch.setattr("nst_tf.export.catalogue.make_servable", lambda name, **options: name)
    monkeypatch.setattr("nst_tf.export.export.export", export)
    names = ("features", "stylize", "deconv", "dream")
    status, out, err = command("export", *names, "-o", tmp_path)
    written = [f"{tmp_path / name / '1'}" for name in names[:2]]
    assert (status, out) == (130, "".join(f"wrote {path}\n" for path in written))
    assert err == f"nst-tf: stopped; written before: {', '.join(written)}\n"
    assert command("export", "deconv", "-o", tmp_path).err == "nst-tf: stopped; nothing was written\n"
