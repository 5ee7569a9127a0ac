import keras
import numpy as np
import pytest

from nst_tf.errors import InputError
from nst_tf.images import Picture, fit, read_image, resize
from nst_tf.measures.evaluate import evaluate
from nst_tf.one_pass.style_network import (
    NetworkPainter,
    StyleNetwork,
    build_style_network,
    load_style_network,
    save_style_network,
)
from nst_tf.samples import sample

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")


@pytest.fixture(scope="module")
def network():
    """Two styles that differ."""
    keras.utils.set_random_seed(0)
    model, random = build_style_network(2), np.random.default_rng(0)
    for layer in model.layers:
        if layer.name.endswith("_norm"):
            layer.offset.assign(random.normal(0, 0.5, layer.offset.shape))
    return StyleNetwork(model, ("wave", "straße"))


@pytest.fixture(scope="module")
def content():
    return np.random.default_rng(1).random((21, 34, 3)).astype(np.float32)


def test_has_at_most_two_million_parameters_and_few_for_each_style():
    one, four = (build_style_network(styles).count_params() for styles in (1, 4))
    assert four < 2e6
    assert four - one == 3 * 3200


@pytest.mark.parametrize("size", [(8, 8), (9, 11), (21, 34), (64, 50)], ids=str)
def test_the_picture_has_the_size_of_the_content_and_is_in_range(network, size):
    picture = network.stylize(np.random.default_rng(0).random((*size, 3)).astype(np.float32), (1, 0))
    assert picture.shape == (*size, 3)
    assert 0 <= picture.min() < picture.max() <= 1


def test_styles_differ_and_blends_lie_between(network, content):
    first, blend, second = (network.stylize(content, shares) for shares in ((1, 0), (2, 2), (0, 5)))
    assert np.abs(first - second).max() > 0.05
    near = np.abs(first - blend).mean(), np.abs(second - blend).mean()
    assert max(near) < np.abs(first - second).mean()


def test_equal_shares_are_the_default(network, content):
    np.testing.assert_array_equal(network.stylize(content), network.stylize(content, (3, 3)))


def test_each_image_of_a_batch_has_its_own_style(network, content):
    both = {"image": np.stack([content, content]), "shares": np.eye(2, dtype=np.float32)}
    found = network.model(both).numpy()
    for picture, shares in zip(found, ((1, 0), (0, 1)), strict=True):
        np.testing.assert_allclose(picture, network.stylize(content, shares), atol=1e-5)


def test_pixels_and_weights_are_float32_under_mixed_precision(network):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = build_style_network(2)
    finally:
        keras.config.set_dtype_policy(before)
    assert model.get_layer("conv2").compute_dtype == "bfloat16"
    assert model.output.dtype == "float32"
    assert {weight.dtype for weight in model.weights} == {"float32"}


def test_saved_and_loaded_within_float16(network, content, tmp_path):
    save_style_network(tmp_path / "network.npz", network)
    assert (tmp_path / "network.npz").stat().st_size < 4e6
    for path in (tmp_path / "network.npz", tmp_path):
        loaded = load_style_network(path)
        assert loaded.styles == network.styles
        np.testing.assert_allclose(loaded.stylize(content, (1, 2)), network.stylize(content, (1, 2)), atol=0.01)


def test_is_a_keras_model_that_keras_saves(network, content, tmp_path):
    network.model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    inputs = {"image": content[None], "shares": np.array([[0.5, 0.5]], np.float32)}
    np.testing.assert_allclose(loaded(inputs)[0], network.stylize(content), atol=1e-5)


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ((1,), "there are 1 shares; there must be one for each of wave, straße"),
        ((1, 1, 1), "there are 3 shares; there must be one for each"),
        ((-1, 2), "none may be negative"),
        ((0, 0), "their sum must be above 0"),
        ((1e308, 1e308), "must be from 1e-30 to"),
        ((1, 1e-9), "less than a millionth of all"),
    ],
)
def test_shares_that_do_not_fit_are_refused(network, content, shares, message):
    with pytest.raises(InputError, match=message):
        network.stylize(content, shares)


@pytest.mark.parametrize(
    ("names", "blend", "shares"),
    [("", (), (1, 1)), (":wave", (), (1, 0)), (":straße", (), (0, 1)), (":straße+wave", (), (1, 1)),
     (":straße+wave", (3, 1), (1, 3))],
)  # fmt: skip
def test_styles_are_chosen_by_name(network, content, tmp_path, names, blend, shares):
    save_style_network(tmp_path / "network.npz", network)
    painter = NetworkPainter(f"{tmp_path}{names}", blend, size=34)
    assert painter.shares == shares
    np.testing.assert_allclose(painter(content).pixels, network.stylize(content, shares), atol=0.01)


def test_a_path_with_a_colon_is_a_path(network, tmp_path):
    (tmp_path / "a:wave").mkdir()
    save_style_network(tmp_path / "a:wave" / "network.npz", network)
    assert NetworkPainter(tmp_path / "a:wave").shares == (1, 1)
    assert NetworkPainter(f"{tmp_path}/a:wave:wave").shares == (1, 0)


@pytest.mark.parametrize(
    ("names", "blend", "message"),
    [(":waves", (), "style 'waves'.*wave, straße"), (":", (), "style ''"),
     (":wave", (1, 2), "style_blend has 2 shares, and there is 1 style"), ("", (1,), "has 1 share, and there are")],
)  # fmt: skip
def test_names_and_shares_that_do_not_fit_are_refused(network, tmp_path, names, blend, message):
    save_style_network(tmp_path / "network.npz", network)
    with pytest.raises(InputError, match=message):
        NetworkPainter(f"{tmp_path}{names}", blend)


def test_a_picture_too_small_to_be_reflected_is_refused(network, content):
    with pytest.raises(InputError, match="34x7 pixels; it must be 8x8 or larger"):
        network.stylize(content[:7])


def test_what_is_no_network_is_refused(tmp_path, network):
    with pytest.raises(InputError, match=r"there is no network .*none\.npz; `nst-tf train-style` makes one"):
        load_style_network(tmp_path / "none.npz")
    (tmp_path / "text.npz").write_text("no arrays")
    np.savez(tmp_path / "other.npz", **{"styles": np.array(["a"]), "0": np.zeros(3)})
    for name in ("text.npz", "other.npz"):
        with pytest.raises(InputError, match=f"{name} is not a network of `nst-tf train-style`"):
            load_style_network(tmp_path / name)


def test_the_bundled_network_brings_each_picture_nearer_to_its_style():
    """By the measure that the optimiser is judged by too; and nearer than a picture in another style."""
    network, photo = load_style_network("paintings"), read_image(sample("neuschwanstein"))
    assert network.styles == ("wave", "auvers", "poppies", "moulin")
    small = resize(photo.pixels, fit(photo.pixels.shape, 160)).clip(0, 1)
    pictures = [network.stylize(small, shares) for shares in np.eye(4)[:2]]
    for number, name in enumerate(("great_wave", "auvers")):
        style = read_image(sample(name))
        own, other, none = (
            evaluate(photo, style, Picture(result)).style_distance
            for result in (pictures[number], pictures[1 - number], small)
        )
        assert own < other < none
        assert own < 0.7 * none
