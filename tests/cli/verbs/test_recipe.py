import json
import shlex

import pytest

pytestmark = pytest.mark.usefixtures("fake_recipe")


@pytest.fixture
def made(command, pictures, monkeypatch):
    """Runs `nst-tf stylize` in the folder of the pictures, and gives the name of the result."""
    monkeypatch.chdir(pictures)
    (pictures / "style.jpg").rename("my style.jpg")

    def make(*options, out="out.png"):
        assert command("stylize", "content.png", "my style.jpg", "-o", out, "--quiet", *options).status == 0
        return out

    return make


@pytest.mark.parametrize("out", ["out.png", "out.jpg", "out.webp", "out.tif"])
def test_prints_a_command_that_can_be_pasted(command, made, out):
    name = made("--size", "64", "--preset", "draft", out=out)
    status, printed, err = command("recipe", name)
    line = f"nst-tf stylize content.png 'my style.jpg' --preset draft --size 64 -o {out}\n"
    assert (status, printed, err) == (0, line, "")
    assert command(*shlex.split(printed)[1:]).status == 0
    assert command("recipe", name).out == line


def test_json_has_the_whole(command, made):
    facts = json.loads(command("recipe", made("--seed", "3"), "--json").out)
    assert (facts["verb"], facts["given"]["--seed"], facts["defaults"]["--size"]) == ("stylize", "3", "512")
    assert facts["given"]["styles"][0]["file"] == "my style.jpg"
    assert len(facts["given"]["styles"][0]["sha256"]) == 64
    assert facts["seconds"] == 2.0


def test_tells_of_a_picture_that_was_stopped(command, made, monkeypatch):
    from nst_tf.cli.work import pictures

    whole = pictures.watch
    monkeypatch.setattr(pictures, "watch", lambda job, steps, *rest: whole(job, (next(steps) for _ in "12"), *rest))
    status, _, err = command("recipe", made())
    assert (status, err) == (0, "nst-tf: it was stopped after 2 evaluations\n")


def test_a_picture_without_one_is_refused(command, made, pictures):
    for name in (made("--no-recipe"), "content.png"):
        status, out, err = command("recipe", name)
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert f"{name} has no recipe: nst-tf did not make it, made it with --no-recipe, or it was lost since" in err
