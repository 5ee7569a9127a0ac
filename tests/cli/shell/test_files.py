import pytest

from nst_tf.cli.shell.files import Input, path_or, style_network


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("vgg16", "mine.keras", "run"):
        (tmp_path / name).touch()


@pytest.mark.parametrize(("text", "is_file"), [("vgg16", False), ("./vgg16", True), ("mine.keras", True), ("x", False)])
def test_a_name_comes_before_a_path(text, is_file):
    found = path_or("vgg16", "alexnet")(text)
    assert (found, isinstance(found, Input)) == (text, is_file)


@pytest.mark.parametrize(
    ("text", "path", "rest"),
    [
        ("run", "run", ""),
        ("run:wave+auvers", "run", ":wave+auvers"),
        ("paintings", None, ""),
        ("paintings:wave", None, ""),
        ("nowhere:wave", None, ""),
    ],
)
def test_a_network_of_styles_may_have_their_names_behind_it(text, path, rest):
    found = style_network(text)
    assert found == text
    assert isinstance(found, Input) is (path is not None)
    if path is not None:
        assert (found.path, found.rest) == (path, rest)
