from pathlib import Path

import pytest

from nst_tf.cli.main import VERBS
from nst_tf.cli.replay.again import words
from nst_tf.cli.replay.record import OF_THE_RUN, Recording, values_of
from nst_tf.cli.replay.xmp import read_recipe
from nst_tf.cli.shell.files import Content, Input
from nst_tf.recipes.stylize.settings import PRESETS

LINES = [
    "stylize a.png b.png c.png --size 64 --style-blend 1,0.333333333 --preset draft --steps 3,2 -o o.png",
    "stylize a.png --network paintings:wave --size 64 -o o.png",
    "texture b.png --size 40x30 --layers relu1_1=1,relu2_1=0.1 --no-match-histogram --tv-weight 1e-9 -o o.png",
    "dream --from-noise --zoom 3 --guide b.png -o o.webp",
    "reconstruct a.png --layer relu3,relu4 --bit-depth 16 -o o.png",
    "reconstruct a.png --all-layers -o o.png",
    "visualize-features --layer relu3 --channels 3,1 --unit 2,0 -o o.png",
    "visualize-features --class fish --class tool -o o.png",
    "deconv a.png --layer relu3 --filter 3 --filter 1 --position 2,3 -o o.png",
    "occlude a.png --value 0.25 --class 3 -o o.png",
    "evolution run --filters 3, --seed 2 -o o.png",
]


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_the_words_of_what_was_given_say_the_same(parser, taken, line):
    given, defaults = taken(line)
    said = parser.parse_args([line.split()[0], *words(given, None), "-o", line.split()[-1]])
    assert vars(said) == vars(parser.parse_args(line.split()))
    assert not set(given) & set(defaults)


def test_all_settings_are_told_as_they_are_resolved(taken):
    given, defaults = taken("stylize a.png b.png -o o.png --preset draft --size 77")
    draft = PRESETS["draft"]
    assert given == {"content": ["a.png"], "styles": ["b.png"], "--preset": "draft", "--size": "77"}
    assert defaults["--steps"] == ",".join(map(str, draft.steps))
    assert defaults["--seed"] == "0"
    assert "--style-blend" not in defaults  # there is none
    assert defaults["--no-preview"] is True
    assert {f"--{name.replace('_', '-')}" for name in PRESETS.types} >= set(defaults) - {
        "--preset", "--quality", "--bit-depth", "--no-preview"
    }  # fmt: skip


def test_one_pass_has_the_settings_that_it_knows(taken):
    shared = {"--preset": "default", "--quality": "95", "--bit-depth": "8", "--size": "512"}
    assert taken("stylize a.png --network paintings -o o.png")[1] == {**shared, "--tile": "0"}
    assert taken("stylize a.png b.png --hub mod -o o.png")[1] == shared
    assert taken("stylize a.png b.png --fast --swap 0 -o o.png")[1] == {
        **shared, "--strength": "1", "--style-scale": "1", "--precision": "auto", "--tile": "0", "--no-preview": True
    }  # fmt: skip


def test_what_is_of_the_run_is_left_out(taken):
    line = "stylize a.png b.png -o o.png"
    run = "--time-limit 9 --save-every 3 --json --quiet --debug --recursive --overwrite --shard 1/2"
    assert taken(f"{line} {run}") == taken(line)
    line = "visualize-features --layer relu3 -o o.png"
    assert taken(f"{line} --singles folder") == taken(line)


def test_all_that_writes_is_of_the_run(parser):
    for verb in VERBS:
        actions = parser.verb(verb.__name__.rpartition(".")[2].replace("_", "-")).arguments
        if "no_recipe" in {action.dest for action in actions}:
            writing = {action.dest for action in actions if " write" in f" {action.help}"}
            assert writing - {"zoom", "quality"} <= OF_THE_RUN, verb


def test_a_picture_of_several_has_the_recipe_of_it_alone(parser):
    line = "stylize folder b.png --content c.png --content folder2 -o out --seed 1"
    given, _ = values_of(parser.parse_args(line.split()), Content("folder/a.png"))
    assert given == {"content": ["folder/a.png"], "styles": ["b.png"], "--seed": "1"}
    line = "dream x y z -o out"
    given, _ = values_of(parser.parse_args(line.split()), Content("y"))
    assert given == {"images": ["y"]}


def test_files_are_known_as_files(parser, pictures, monkeypatch):
    monkeypatch.chdir(pictures)
    line = "stylize content.png style.jpg --init style.jpg --model vgg16 -o o.png"
    given, _ = values_of(parser.parse_args(line.split()))
    files = {name for name, value in given.items() for one in [value, *value] if isinstance(one, Input)}
    assert files == {"content", "styles", "--init"}


def made(folder):
    return {path.name: read_recipe(path) for path in sorted(folder.glob("*.png"))}


@pytest.mark.usefixtures("fake_recipe")
def test_a_folder_of_pictures_has_a_recipe_each(command, pictures):
    (pictures / "b.png").write_bytes((pictures / "style.jpg").read_bytes())
    line = ("--content", pictures / "b.png", "--quiet", "--seed", 3, "-o", pictures / "out")
    assert command("stylize", pictures / "content.png", pictures / "style.jpg", *line).status == 0
    found = made(pictures / "out")
    assert {name: recipe.given["content"][0].file for name, recipe in found.items()} == {
        "b.png": "b.png", "content.png": "content.png"
    }  # fmt: skip
    assert found["b.png"].given["content"][0].sha256 == found["b.png"].given["styles"][0].sha256
    assert all(recipe.given["--seed"] == "3" and recipe.seconds == 2.0 for recipe in found.values())


@pytest.mark.usefixtures("fake_recipe")
def test_nothing_is_told_but_names(command, pictures):
    secret = pictures / "secret"
    secret.mkdir()
    for name in ("content.png", "style.jpg"):
        (pictures / name).rename(secret / name)
    out = secret / "out.png"
    line = (secret / "content.png", secret / "style.jpg", "--init", secret / "style.jpg", "-o", out, "--quiet")
    assert command("stylize", *line).status == 0
    assert b"secret" not in out.read_bytes()
    assert str(pictures).encode() not in out.read_bytes()
    assert b"style.jpg" in out.read_bytes()


@pytest.mark.usefixtures("fake_recipe")
def test_a_picture_without_recipe_says_nothing(command, pictures):
    out = pictures / "out.png"
    line = (pictures / "content.png", pictures / "style.jpg", "-o", out, "--no-recipe", "--quiet")
    assert command("stylize", *line).status == 0
    assert b"nst" not in out.read_bytes()


@pytest.mark.usefixtures("fake_recipe")
def test_a_recipe_that_is_too_long_is_left_out(command, pictures, monkeypatch):
    monkeypatch.setattr("nst_tf.cli.replay.record.MOST_BYTES", 500)
    out = pictures / "out.png"
    line = (pictures / "content.png", pictures / "style.jpg", "-o", out)
    status, _, err = command("stylize", *line)
    assert status == 0
    assert "bytes, too many for a picture; it is left out" in err
    assert b"nst" not in out.read_bytes()
    assert Path(out).exists()


def test_a_command_is_what_it_makes_and_not_how_it_is_shown(parser, pictures, monkeypatch):
    monkeypatch.chdir(pictures)

    def command(*options):
        return Recording(parser.parse_args(["stylize", "content.png", "style.jpg", "-o", "out.png", *options])).command

    assert command() == command("--quiet", "--json", "--no-recipe", "--time-limit", "3") == command("--size", "512")
    assert command() != command("--size", "32")
    assert command() != command("--seed", "1")
    before = command()
    (pictures / "style.jpg").write_bytes((pictures / "content.png").read_bytes())
    assert command() != before
