import json

import pytest

import nst_tf
from benchmarks.pictures.files import Comparison, Key, Numbers

KEY = Key(256, "castle.jpg", "wave.jpg", "default")


def test_numbers_are_read_again_from_a_line_for_each_picture(tmp_path):
    path = tmp_path / "deep" / "numbers.jsonl"
    numbers = Numbers(path)
    numbers[KEY] = {"seconds": 1.5}
    numbers[KEY._replace(size=512)] = {"seconds": 3}
    numbers[KEY] = {"seconds": 2.5}
    first, second = map(json.loads, path.read_text().splitlines())
    assert first == {"size": 256, "content": "castle.jpg", "style": "wave.jpg", "method": "default", "seconds": 2.5}
    assert second["size"] == 512
    assert dict(Numbers(path)) == {KEY: {"seconds": 2.5}, KEY._replace(size=512): {"seconds": 3}}


def test_each_picture_has_a_file_of_its_own(comparison):
    pairs = [*comparison.pairs, *comparison.identities]
    files = {comparison.picture(pair, method) for pair in pairs for method in comparison.methods}
    assert len(files) == len(pairs) * len(comparison.methods) == 12
    assert comparison.picture(pairs[0], comparison.methods[2]).name == "default steps=1.png"
    keys = {comparison.key(pair, method.label) for pair in pairs for method in comparison.methods}
    assert len(keys) == 12


def test_every_photograph_meets_every_painting_and_every_painting_itself(comparison):
    assert [pair.names for pair in comparison.pairs] == [
        ("castle.png", "<sun>.png"),
        ("castle.png", "wave & co.png"),
    ]
    assert [pair.names for pair in comparison.identities] == [("identity", "<sun>.png"), ("identity", "wave & co.png")]


def test_an_image_that_is_both_photograph_and_painting_is_its_own_pair_once(comparison):
    same = Comparison(comparison.styles, comparison.styles, [], 8, comparison.out)
    assert [pair.names for pair in same.pairs] == [("<sun>.png", "wave & co.png"), ("wave & co.png", "<sun>.png")]
    assert len(same.identities) == 2


def test_a_folder_without_images_is_refused(comparison, tmp_path):
    with pytest.raises(nst_tf.InputError, match="cannot list the folder"):
        _ = Comparison(tmp_path / "nothing", comparison.styles, [], 8, comparison.out).pairs
