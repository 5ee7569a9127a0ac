import json
import platform

import keras
import numpy as np
import PIL
import pytest
import tensorflow as tf

from nst_tf.backbones import WEIGHTS, precision
from nst_tf.backbones.precision import MachinePrecision
from nst_tf.recipes.stylize.settings import PRESETS
from nst_tf.version import __version__


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("NST_TF_HOME", str(tmp_path))
    (tmp_path / WEIGHTS["vgg19"].file).write_bytes(b"something else")
    return tmp_path


def test_json(command, cache):
    status, out, err = command("info", "--json")
    facts = json.loads(out)
    assert (status, err) == (0, "")
    assert facts["versions"] == {
        "nst_tf": __version__,
        "Python": platform.python_version(),
        "TensorFlow": tf.__version__,
        "Keras": keras.__version__,
        "NumPy": np.__version__,
        "Pillow": PIL.__version__,
    }
    assert len(facts["devices"]["GPU"]) == len(tf.config.list_physical_devices("GPU"))
    assert facts["cache"] == str(cache)
    states = {file["name"]: (file["storage"], file["hash"]) for file in facts["weights"]}
    assert states == {
        "vgg16": ("bundled", "verified"),
        "alexnet": ("bundled", "verified"),
        "alexnet-photos": ("bundled", "verified"),
        "vgg16-photos": ("bundled", "verified"),
        "vgg19": ("cached", "wrong"),
        "vgg16-classifier": ("absent", "absent"),
    }
    assert list(facts["presets"]) == list(PRESETS)


def test_tells_what_networks_compute_with_and_why(command, cache, monkeypatch):
    found = MachinePrecision("bfloat16", "the processor has avx512_bf16")
    monkeypatch.setattr(precision, "machine_precision", lambda: found)
    assert json.loads(command("info", "--json").out)["devices"]["precision"] == found._asdict()
    assert "  precision  bfloat16: the processor has avx512_bf16\n" in command("info").out


def test_page_is_aligned(command, cache):
    status, out, err = command("info")
    sections = {block.splitlines()[0]: block.splitlines()[1:] for block in out.split("\n\n")}
    assert (status, err) == (0, "")
    assert list(sections) == ["versions", "devices", f"weights, downloaded ones in {cache}",
                              "networks of a few styles", "presets"]  # fmt: skip
    assert "  draft        --rounds 1 --steps 20,10" in sections["presets"]
    assert len({line.index("/") for line in sections[f"weights, downloaded ones in {cache}"]}) == 1
