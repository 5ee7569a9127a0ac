"""Tiny modules in both conventions; their picture is a mixture of the content with the mean colour of the style."""

import sys

import numpy as np
import pytest
import tensorflow as tf

from nst_tf.errors import InputError, NstError
from nst_tf.one_pass.hub import MAGENTA_STYLE_SIDE, hub_stylize

IMAGE = tf.TensorSpec([None, None, None, 3], tf.float32)


def mixture(content, style, strength=0.5):
    colour = tf.reduce_mean(style, (1, 2), keepdims=True)
    return content + tf.reshape(strength, [-1, 1, 1, 1]) * (colour - content)


def save(folder, signatures, call=None):
    module = tf.Module()
    module.__call__ = call
    tf.saved_model.save(module, str(folder), signatures or None)
    return str(folder)


def signature(function, **specs):
    # Named as the arguments are.
    return tf.function(function, input_signature=None).get_concrete_function(
        **{name: tf.TensorSpec(spec.shape, spec.dtype, name) for name, spec in specs.items()}
    )


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    """As ours: encoded images and float ones, a strength for each image, a further output."""

    def encoded(content_bytes, style_bytes):
        return {"image_bytes": tf.strings.join([content_bytes, style_bytes])}

    def floats(content, style, strength):
        return {"a_status": strength, "image": mixture(content, style, strength)}

    text, number = tf.TensorSpec([None], tf.string), tf.TensorSpec([None], tf.float32)
    signatures = {
        "serving_default": signature(encoded, content_bytes=text, style_bytes=text),
        "floats": signature(floats, content=IMAGE, style=IMAGE, strength=number),
    }
    return save(tmp_path_factory.mktemp("named") / "module", signatures)


@pytest.fixture(scope="module")
def positional(tmp_path_factory):
    """As Magenta's: called by position, a list of one picture; its signature has names that say nothing."""

    @tf.function(input_signature=[IMAGE, IMAGE])
    def call(placeholder, placeholder_1):
        # Black if the style has not the size that it was trained with.
        fits = tf.reduce_max(tf.shape(placeholder_1)[1:3]) == MAGENTA_STYLE_SIDE
        return [tf.cast(fits, tf.float32) * mixture(placeholder, placeholder_1)[:, :-2]]

    return save(tmp_path_factory.mktemp("positional") / "module", {}, call)


@pytest.fixture
def images():
    random = np.random.default_rng(0)
    style = np.zeros((9, 12, 3), np.float32)
    style[..., 1] = 0.5
    return random.random((24, 40, 3)).astype(np.float32), style


def test_a_module_with_named_inputs_is_used_at_full_strength(named, images):
    found = hub_stylize(named, *images, size=40)
    np.testing.assert_allclose(found, np.broadcast_to(np.float32([0, 0.5, 0]), (24, 40, 3)), atol=1e-6)


def test_a_module_called_by_position_gets_the_style_at_its_size(positional, images):
    content, style = images
    found = hub_stylize(positional, content, style, size=40)
    assert found.shape == content.shape
    expected = (content.mean((0, 1)) + style[0, 0]) / 2
    np.testing.assert_allclose(found.mean((0, 1)), expected, atol=0.01)


def test_the_picture_has_the_size_asked_for(named, images):
    assert hub_stylize(named, *images, size=30).shape == (18, 30, 3)


def test_a_module_that_takes_other_things_is_refused_with_what_it_takes(tmp_path, images):
    module = save(tmp_path / "other", {"classify": signature(lambda photo: {"sum": tf.reduce_sum(photo)}, photo=IMAGE)})
    with pytest.raises(InputError, match=r"its signatures are: classify\(photo: float32 \(None, None, None, 3\)\)"):
        hub_stylize(module, *images, size=16)


def test_inputs_that_are_not_known_are_not_guessed(tmp_path, images):
    specs = {"content": IMAGE, "style": IMAGE, "knob": tf.TensorSpec([], tf.float32)}
    module = save(tmp_path / "knob", {"f": signature(lambda content, style, knob: {"y": content * knob}, **specs)})
    with pytest.raises(InputError, match="knob: float32"):
        hub_stylize(module, *images, size=16)


def test_images_of_a_size_that_the_module_does_not_take_are_refused(tmp_path, images):
    fixed = tf.TensorSpec([1, 8, 8, 3], tf.float32)
    module = save(tmp_path / "fixed", {"f": signature(lambda content, style: {"y": content + style},
                                                      content=fixed, style=fixed)})  # fmt: skip
    with pytest.raises(InputError, match="cannot take these images"):
        hub_stylize(module, *images, size=16)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda content, style: {"y": tf.reduce_mean(content + style[:, :1, :1])}, "gave no picture"),
        (lambda content, style: {"y": content / 0 + style[:, :1, :1]}, "not finite"),
    ],
)
def test_what_is_no_picture_is_not_passed_on(tmp_path, images, function, message):
    module = save(tmp_path / "module", {"f": signature(function, content=IMAGE, style=IMAGE)})
    with pytest.raises(NstError, match=message):
        hub_stylize(module, *images, size=16)


def test_a_folder_without_a_module_is_refused(tmp_path, images):
    with pytest.raises(InputError, match=r"it has no saved_model\.pb"):
        hub_stylize(str(tmp_path), *images, size=16)
    (tmp_path / "saved_model.pb").write_bytes(b"no module")
    with pytest.raises(InputError, match="cannot open"):
        hub_stylize(str(tmp_path), *images, size=16)


def test_a_missing_folder_is_refused(tmp_path, images):
    with pytest.raises(InputError, match=r"there is no folder .*nowhere"):
        hub_stylize(str(tmp_path / "nowhere"), *images, size=16)


def test_an_address_is_refused_offline(monkeypatch, images):
    monkeypatch.setenv("NST_TF_OFFLINE", "1")
    with pytest.raises(InputError, match=r"NST_TF_OFFLINE is set and https://example\.org/module/1 is no folder"):
        hub_stylize("https://example.org/module/1", *images, size=16)


def test_an_address_without_tensorflow_hub_is_refused_with_what_to_install(monkeypatch, images):
    monkeypatch.setitem(sys.modules, "tensorflow_hub", None)
    with pytest.raises(InputError, match=r"pip install 'nst_tf\[hub\]'"):
        hub_stylize("https://example.org/module/1", *images, size=16)


@pytest.fixture
def tensorflow_hub(monkeypatch):
    """A stand-in for the package, whose `resolve` is to be set."""
    package = type(sys)("tensorflow_hub")
    monkeypatch.setitem(sys.modules, "tensorflow_hub", package)
    return package


def test_an_address_is_resolved_by_tensorflow_hub(tensorflow_hub, named, images):
    asked = []
    tensorflow_hub.resolve = lambda handle: asked.append(handle) or named
    assert hub_stylize("https://example.org/module/2", *images, size=20).shape == (12, 20, 3)
    assert asked == ["https://example.org/module/2"]


def test_a_module_that_cannot_be_fetched_is_told_with_what_to_do(tensorflow_hub, images):
    def resolve(handle):
        raise OSError("connection refused\nand more")

    tensorflow_hub.resolve = resolve
    message = r"could not fetch https://example.org/module/3 \(connection refused\); .* give the folder"
    with pytest.raises(NstError, match=message):
        hub_stylize("https://example.org/module/3", *images, size=16)
