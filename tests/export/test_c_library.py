"""The exported models in TensorFlow's C library give what they give in Python."""

import functools

import pytest

from .comparing import assert_same
from .conftest import BATCHED, DAMAGED, OPTIONS
from .through_c import call_in_c

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__:DeprecationWarning"
)  # of Keras, which saves and loads a network


@pytest.fixture(scope="module")
def in_c(exported, tmp_path_factory):
    """What the C library gives for the examples of a model, and for damaged images; all in one process."""

    @functools.cache
    def get(name):
        model = exported(name)
        encoded = [one.name for one in model.servable.signatures["serving_default"].inputs]
        damaged = (
            [] if name in BATCHED else [("controls", {key: [data] for key in encoded}) for data in DAMAGED.values()]
        )
        found = call_in_c(model.folder, [*model.examples.items(), *damaged], tmp_path_factory.mktemp("c"))
        return found[: len(model.examples)], found[len(model.examples) :]

    return get


@pytest.mark.parametrize("name", OPTIONS)
def test_the_c_library_gives_what_python_gives(in_c, answers, name):
    """The loader of TensorFlow Serving: without Python kernels, and without eager mode."""
    for found, expected in zip(in_c(name)[0], answers(name).values(), strict=True):
        assert_same(found, expected)


@pytest.mark.parametrize("name", ["stylize", "dream", "texture", "reconstruct"])
def test_a_damaged_image_is_refused_with_the_code_of_grpc(exported, in_c, name):
    image = exported(name).servable.signatures["controls"].inputs[0].name
    for (code, message), expected in zip(in_c(name)[1], DAMAGED, strict=True):
        assert code == 3
        assert f"{image}: {expected}" in message
