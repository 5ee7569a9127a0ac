"""A picture again, up to the point at which its verb would begin."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nst_tf.cli.replay.again import again, words
from nst_tf.cli.replay.inputs import input_file
from nst_tf.cli.replay.recipe import InputFile, Recipe
from nst_tf.cli.replay.record import values_of
from nst_tf.cli.replay.xmp import to_xmp
from nst_tf.cli.shell.files import Input
from nst_tf.errors import InputError
from nst_tf.images import write_image


@pytest.fixture(autouse=True)
def _place(pictures, monkeypatch):
    monkeypatch.chdir(pictures)


def stylized(given=(), defaults=()):
    """The recipe of a picture of content.png in the style of style.jpg."""
    files = {"content": input_file(Input("content.png")), "styles": [input_file(Input("style.jpg"))]}
    return Recipe("stylize", {**files, **dict(given)}, dict(defaults), "0.1.0", "2.21.0", 1.0)


@pytest.fixture
def replayed(parser):
    """The arguments of a picture's verb, made again with some changes."""

    def read(recipe, *changes):
        return again(parser, "old.png", recipe, [Path()], "new.png", changes)

    return read


def test_the_verb_gets_what_it_got(parser, replayed):
    line = replayed(stylized({"--size": "64", "--style-blend": "1"}))
    made = "stylize content.png style.jpg --size 64 --style-blend 1 -o new.png"
    assert vars(line) == vars(parser.parse_args(made.split()))


def test_changes_replace_what_was_given(replayed):
    recipe = stylized({"--size": "64", "--preset": "draft", "--seed": "3"})
    line = replayed(recipe, "--size=2048", "--strength", "0.8", "--quiet")
    assert (line.size, line.strength, line.preset, line.seed, line.quiet) == (2048, 0.8, "draft", 3, True)
    classes = Recipe("visualize-features", {"--class": ["fish", "tool"]}, {}, "0.1.0", "2.21.0", 1.0)
    assert replayed(classes, "--class", "animal").classes == ["animal"]


def test_changes_replace_what_cannot_be_given_with_them(replayed):
    files = {"images": [input_file(Input("content.png"))]}
    recipe = Recipe("reconstruct", {**files, "--layer": "relu3"}, {}, "0.1.0", "2.21.0", 1.0)
    assert replayed(recipe, "--all-layers").layer is None
    fast = replayed(stylized({"--fast": True}), "--network", "paintings:wave")
    assert (fast.fast, fast.network) == (False, "paintings:wave")


def test_defaults_of_another_version_are_as_they_were(parser, replayed):
    now = values_of(replayed(stylized()))[1]
    assert values_of(replayed(stylized(defaults=now))) == values_of(replayed(stylized()))
    line = replayed(stylized(defaults={**now, "--steps": "9,8", "--swap": "0.125"}))
    assert (line.steps, line.swap, line.size) == ((9, 8), 0.125, None)


@pytest.mark.parametrize("changes", [("--preset", "quality"), ("--fast",)])
def test_defaults_are_those_of_another_preset_or_way_to_paint(replayed, changes):
    assert replayed(stylized(defaults={"--steps": "9,8"}), *changes).steps is None


def test_a_file_that_is_replaced_need_not_be_there(replayed):
    lost = InputFile("lost.jpg", "0" * 64)
    assert replayed(stylized({"--init": lost}), "--init", "style.jpg").init == "style.jpg"
    with pytest.raises(InputError, match=r"lost.jpg \(SHA-256 000000000000...\) is not there"):
        replayed(stylized({"--init": lost}))


def test_a_name_that_looks_like_an_option_is_a_file(pictures, replayed):
    (pictures / "content.png").rename(pictures / "--help")
    file = input_file(Input("--help"))
    recipe = Recipe("stylize", {"content": file, "styles": [file]}, {}, "0.1.0", "2.21.0", 1.0)
    assert replayed(recipe).styles == ["./--help"]
    assert words(recipe.given, lambda one: one.file) == ["./--help", "./--help"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"--foo": "1"}, "unknown option '--foo'"),
        ({"-o": "/tmp/x.png"}, "unknown option '-o'"),
        ({"--output": "x.png"}, "unknown option '--output'"),
        ({"--flagfile": "secret"}, "unknown option '--flagfile'; there is: content"),
        ({"--debug": True}, "unknown option '--debug'"),
        ({"--size": "abc"}, "argument --size: 'abc' is not a whole number"),
        ({"--size": "0"}, "--size is 0; it must be a number not below 1"),
        ({"--size": True}, "argument --size: expected one argument"),
        ({"--preset": "drft"}, "unknown preset 'drft'; did you mean 'draft'?"),
        ({"--fast": "now"}, "cannot make old.png again: unexpected argument 'now'"),
        ({"--fast": True, "--steps": "3"}, "--steps has no meaning with --fast"),
        ({"--fast": True, "--network": "paintings"}, "not allowed with argument"),
        ({"content": "secret"}, "'secret' is none of its files"),
        ({"content": "--flagfile=secret"}, "'./--flagfile=secret' is none of its files"),
        ({"styles": ["secret", "secret"]}, "'secret' is none of its files"),
        ({"--init": "secret"}, "'secret' is none of its files, which have a SHA-256 each"),
        ({"--init": "--flagfile=secret"}, "unknown start"),
        ({"--model": "./secret"}, "'./secret' is none of its files"),
        ({"--fast": True, "--decoder": "secret"}, "'secret' is none of its files"),
        ({"--network": "secret:x"}, "'secret:x' is none of its files"),
        ({"--hub": "https://x.org/module"}, "--hub https://x.org/module is a program"),
    ],
    ids=range(21),
)
def test_what_was_edited_is_refused_and_reads_no_other_file(pictures, command, given, message):
    (pictures / "secret").write_text("--strength=0.123\n")
    recipe = stylized()
    recipe = replace(recipe, given={**recipe.given, **given})
    write_image("old.png", np.zeros((4, 4, 3), np.uint8), xmp=to_xmp(recipe))
    status, out, err = command("replay", "old.png", "-o", "new.png")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert message in err
    assert not (pictures / "new.png").exists()


def test_what_stands_behind_a_file_leads_to_no_other(pictures, replayed):
    (pictures / "run").mkdir()
    (pictures / "run" / "network.npz").touch()
    file = replace(input_file(Input("run")), rest="/../style.jpg")
    recipe = Recipe("stylize", {"content": input_file(Input("content.png")), "--network": file}, {}, "0", "2", 1.0)
    with pytest.raises(InputError, match=r"'run/../style.jpg' is none of its files"):
        replayed(recipe)


@pytest.mark.parametrize("verb", ["serve", "export", "recipe", "replay", "nothing"])
def test_only_verbs_that_write_recipes_are_run(replayed, verb):
    with pytest.raises(InputError, match=f"cannot make old.png again: '{verb}' is no verb"):
        replayed(replace(stylized(), verb=verb))


def test_a_saved_model_is_not_run_because_a_recipe_says_so(pictures, replayed):
    (pictures / "model").mkdir()
    (pictures / "model" / "saved_model.pb").touch()
    recipe = stylized({"--model": input_file(Input("model"))})
    with pytest.raises(
        InputError, match="model is a program, which no recipe can have run; if you trust it, add --model"
    ):
        replayed(recipe)
    assert replayed(recipe, "--model", "model").model == "model"
    hub = stylized({"--hub": input_file(Input("model"))})
    with pytest.raises(InputError, match="--hub model is a program"):
        replayed(hub)
    assert replayed(hub, "--hub", "model").hub == "model"


def test_all_files_of_a_region_are_found_again(parser, replayed):
    write_image("a=b.png", np.ones((4, 5, 3), np.float32))
    text = "a=b.png=style.jpg@content.png"
    given = parser.parse_args(["stylize", "content.png", "--region", text, "-o", "x.png"])
    recipe = Recipe.from_json(stylized({"--region": [input_file(given.regions[0])]}).to_json())
    assert [one.file for one in recipe.given["--region"][0].files] == ["a=b.png", "style.jpg", "content.png"]
    (found,) = replayed(recipe).regions
    assert found == text
    write_image("style.jpg", np.ones((4, 5, 3), np.float32))
    with pytest.raises(InputError, match=r"style\.jpg has changed since"):
        replayed(recipe)
