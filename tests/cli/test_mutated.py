"""Damaged files and command lines: status 2 and one line, or done; nothing half-written, no traceback."""

import random

import numpy as np
import pytest

from benchmarks.serving.hostile import mutations, other_sources, sources
from nst_tf.cli.main import VERBS
from nst_tf.cli.replay.inputs import input_file
from nst_tf.cli.replay.recipe import Recipe
from nst_tf.cli.replay.record import tensorflow_version
from nst_tf.cli.replay.xmp import to_xmp
from nst_tf.cli.shell import tensorflow_import
from nst_tf.cli.shell.files import Input
from nst_tf.cli.verbs import bench, call, info, recipe, serve
from nst_tf.cli.work import painting
from nst_tf.cli.work import pictures as making
from nst_tf.errors import NstError
from nst_tf.images import write_image
from nst_tf.version import __version__

from ..mutated import COUNT

NOT_BEGUN = "all was checked"
LINES = [
    "stylize content.png style.jpg -o out.png --size 32 --steps 2 --strength 0.5 --style-scale 1.5 --seed 3",
    "stylize content.png style.jpg style.jpg -o out.png --style-blend 1,2 --preset draft --preserve-color luminance",
    "stylize content.png style.jpg -o out.tif --fast --bit-depth 16 --swap 0.3 --quality 90 --json",
    "stylize content.png style.jpg -o out.png --mask style.jpg --region style.jpg=content.png@content.png",
    "stylize content.png style.jpg -o out.png --regions auto --fast",
    "regions content.png -o out --count 3",
    "stylize content.png -o out.jpg --network paintings:wave+auvers --style-blend 0.7,0.3 --quiet",
    "compare content.png style.jpg -o out.html --vary strength=0.5,1 --vary steps=20,10;40 --size 32",
    "texture style.jpg -o out.png --size 32x48 --tileable --show-tiling --layers relu1_1=1,relu2_1=2",
    "dream content.png -o out.webp --octaves 2 --octave-scale 1.4 --tile 64 --layers relu4_3=1",
    "reconstruct content.png --layer relu3_3 -o out.png --restarts 2 --time-limit 5",
    "visualize-features --layer relu5_2 --channels 3,13 -o out.png --variants 2 --model vgg16",
    "evaluate content.png style.jpg out.png --controls --json",
    "deconv content.png --layer relu3 -o out.png --filter 3 --position 2,3 --rule guided --side 64",
    "occlude content.png -o out.png --layer relu5 --size 20 --stride 5 --batch 8",
    "top-activations --images . -o out --layers relu1,relu2 --shard 1/2 --batch 4",
    "diagnose --images . -o out --batch 4",
    "train-convnet --images . -o out --epochs 2 --batch 8 --learning-rate 0.01",
    "train-style style.jpg --images . -o out --steps 2 --every 1 --precision float32",
    "train-decoder --images . -o out --steps 2 --every 1 --level relu2_1",
    "evolution out -o out.png --filters 1,2 --layers relu1",
    "export stylize deconv --out models --model alexnet --layers relu1",
    "replay made.png -o out.png --inputs . --size 32 --style-scale 2",
]
STRANGE = ["", "-", "--", "-1", "nan", "1e400", "1e308", "0", "9" * 40, "a=b=c", "1,,2", "x" * 5000, "ü\udcff", "a\nb",
           "/dev/null", "/", "content.png", "--size", "--size=", "--", "-o", "=", "%s", "{}"]  # fmt: skip


def mutated(line, chance):
    words = line.split()
    for _ in range(chance.choice([1, 1, 2, 4])):
        at = chance.randrange(len(words))
        words[at : at + 1] = chance.choice(
            [[], [words[at]] * 2, [chance.choice(STRANGE)], [words[at], chance.choice(STRANGE)], [words[at][:-1]]]
        )
        words = words or [""]
    return words


@pytest.fixture
def place(pictures, monkeypatch):
    """The current folder, with pictures, one of them made by us; no verb goes further than TensorFlow's import."""

    def stop(debug, longest=None):
        raise NstError(NOT_BEGUN)

    for module in (tensorflow_import, making, painting):
        monkeypatch.setattr(module, "import_tensorflow", stop)
    for verb in (serve, call, bench, info, recipe):  # which would wait, or do without TensorFlow what is always right
        monkeypatch.setattr(verb, "run", lambda arguments: 0)
    monkeypatch.chdir(pictures)
    files = {"content": input_file(Input("content.png")), "styles": [input_file(Input("style.jpg"))]}
    made = Recipe("stylize", {**files, "--size": "16"}, {}, __version__, tensorflow_version(), 1.0)
    write_image("made.png", np.zeros((4, 4, 3), np.uint8), xmp=to_xmp(made))
    return pictures


def test_a_damaged_command_line_is_refused_in_one_line(command, place):
    chance, before, refused = random.Random(0), sorted(place.iterdir()), 0
    for turn in range(COUNT):
        words = mutated(LINES[turn % len(LINES)], chance)
        status, out, err = command(*words)
        if status == 0:
            assert "--help" in words or "usage:" in out, words
            continue
        refused += status == 2
        assert status == 2 or NOT_BEGUN in err, (words, err)
        assert err.count("\n") == 1, (words, err)
        assert err.startswith("nst-tf: ")
        assert "internal error" not in err, (words, err)
        assert sorted(place.iterdir()) == before, words
    assert refused > COUNT / 3


def test_lines_name_all_verbs_that_read_or_write_files():
    named = {line.split()[0] for line in LINES}
    others = {"ablate", "serve", "call", "bench", "info", "recipe", "evidence"}
    assert {verb.__name__.rpartition(".")[2].replace("_", "-") for verb in VERBS} - named == others


@pytest.mark.usefixtures("fake_recipe")
def test_a_damaged_picture_is_painted_or_refused_in_one_line(command, pictures):
    refused = 0
    for data in mutations(COUNT, 1, [*sources(), *other_sources()]):
        (pictures / "photo").write_bytes(data)
        status, _, err = command("stylize", pictures / "photo", pictures / "style.jpg", "-o", pictures / "out.png")
        assert status in (0, 2)
        assert (pictures / "out.png").exists() == (status == 0)
        if status == 2:
            refused += 1
            assert err.startswith(f"nst-tf: error: cannot read {pictures / 'photo'}: ")
            assert err.count("\n") == 1
        (pictures / "out.png").unlink(missing_ok=True)
    assert refused
    assert not [entry for entry in pictures.iterdir() if entry.name.startswith(".")]
