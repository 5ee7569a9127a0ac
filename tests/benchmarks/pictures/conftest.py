"""A comparison that was made and measured already, in no time: its pictures are grey, its numbers invented."""

import numpy as np
import pytest

from benchmarks.pictures.files import Comparison, Numbers
from benchmarks.pictures.methods import read_methods
from nst_tf.images import Picture, make_folder, write_image

METHODS = ("default", "fast", "default steps=1")
STYLES = {"<sun>.png": 1.0, "wave & co.png": 2.0}  # by the style distance of their photographs


def evaluation(style, patches=0.5, content=0.25):
    return {
        "style_distance": style,
        "content_distance": content,
        "layers": {},
        "patch_distance": patches,
        "omission_distance": 0.75,
        "edge_agreement": 0.5,
    }


def grey(path):
    make_folder(path.parent)
    write_image(path, Picture(np.full((6, 8, 3), 0.5, np.float32)))


@pytest.fixture
def comparison(tmp_path):
    for path in (tmp_path / "contents" / "castle.png", *(tmp_path / "styles" / name for name in STYLES)):
        grey(path)
    methods = read_methods(METHODS, [], 8)
    comparison = Comparison(tmp_path / "contents", tmp_path / "styles", methods, 8, tmp_path / "out")
    for pair in [*comparison.pairs, *comparison.identities]:
        for method in methods:
            grey(comparison.picture(pair, method))
    return comparison


@pytest.fixture
def numbers(comparison):
    """Of the methods, shares in style are .5 and .25, .6 and .3, and .7 and .35; of patches .5 of the photograph's."""
    numbers = Numbers(comparison.out / "numbers.jsonl")
    for pair in comparison.pairs:
        own = STYLES[pair.style.name]
        controls = {"photograph": evaluation(own, 1.0, 0), "painting": evaluation(0), "recoloured": evaluation(own / 2)}
        for name, found in controls.items():
            numbers[comparison.key(pair, name)] = {"evaluation": found}
        for place, method in enumerate(comparison.methods):
            facts = {"seconds": 2.0 * own + place, "peak_memory_mb": 100 * own}
            numbers[comparison.key(pair, method.label)] = {**facts, "evaluation": evaluation(0.5 + place / 10)}
    for place, pair in enumerate(comparison.identities):
        for method in comparison.methods:
            numbers[comparison.key(pair, method.label)] = {"evaluation": evaluation(0, content=0.1 + 0.2 * place)}
    return numbers
