"""DeepDream on the real weights, at 64 pixels."""

import numpy as np
import pytest
import tensorflow as tf

from nst_tf.errors import InputError
from nst_tf.images import Picture, fit, resize
from nst_tf.recipes.dream import dream as module
from nst_tf.recipes.dream.dream import dream, dream_steps, prepare
from nst_tf.recipes.dream.recipe import dream_network, octave_sizes
from nst_tf.recipes.dream.settings import PRESETS

FAST = {"size": 64, "octaves": 2, "steps": (3, 2), "layers": {"relu3_1": 1.0}}


def recipe(image, guide=None, **changes):
    return prepare(image, guide, PRESETS.choose(**{**FAST, **changes}))


def mean_square(image, layer="relu3_1"):
    network = dream_network(PRESETS.choose(**{**FAST, "layers": {layer: 1.0}}))
    return float(tf.reduce_mean(network.observe(tf.constant(image[None]))[layer] ** 2))


def test_the_dream_has_more_of_the_layer_than_the_image_and_stays_in_range(castle):
    result = dream(castle, **FAST)
    assert result.finished
    assert mean_square(result.image) > 1.3 * mean_square(castle.pixels)
    assert result.losses["relu3_1"] == pytest.approx(-mean_square(result.image) / mean_square(castle.pixels), rel=1e-4)
    assert 0 <= result.image.min() <= result.image.max() <= 1
    assert result.history[-1]["step"] == 5


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_multiplies_each_of_its_layers(castle, preset):
    result = dream(castle, preset=preset, size=96, octaves=2, steps=(4,))
    for layer, weight in result.settings.layers.items():
        assert result.losses[layer] < -2 * weight < 0


def test_octaves_shrink_by_the_scale_and_keep_the_aspect():
    settings = PRESETS.choose("deepdream2015", size=1024)
    sizes = list(map(tuple, octave_sizes(tf.constant([300, 400]), settings).numpy()))
    assert sizes == [fit((300, 400), side) for side in (373, 522, 731, 1024)]


def test_what_is_carried_to_the_next_octave_is_the_detail(castle):
    dreamt = recipe(castle)
    (small, large), start = dreamt.sizes, dreamt.start()
    np.testing.assert_allclose(start[0], np.clip(resize(castle.pixels, tuple(small.numpy())), 0, 1), atol=1e-4)
    np.testing.assert_allclose(dreamt.enlarge(start, large)[0], castle.pixels, atol=1e-6)
    grey = recipe(Picture(np.full((64, 64, 3), 0.5, np.float32)))
    detail = np.zeros((1, *grey.sizes[0].numpy(), 3), np.float32)
    detail[:, :, : detail.shape[2] // 2] = 0.25
    carried = grey.enlarge(grey.start() + detail, tf.constant([64, 64])).numpy() - 0.5
    np.testing.assert_allclose(carried[:, :, :24], 0.25, atol=1e-6)
    np.testing.assert_allclose(carried[:, :, 40:], 0, atol=1e-6)


def test_an_octave_begins_at_the_image_with_the_detail_and_the_jitter_goes_on(castle):
    dreamt = recipe(castle, seed=7)
    first = dreamt.begin()
    np.testing.assert_array_equal(first.key, [7, 0])
    lighter = first._replace(image=tf.minimum(first.image + 0.1, 1), key=first.key + tf.constant([0, 3], tf.int64))
    second = dreamt.enter(lighter, *dreamt.sizes[:2])
    np.testing.assert_array_equal(second.key, [7, 3])
    np.testing.assert_allclose(second.image, dreamt.enlarge(lighter.image, dreamt.sizes[1]), atol=1e-6)


def test_the_same_seed_gives_the_same_bits_and_another_seed_does_not(castle):
    first, again, other = (dream(castle, seed=seed, **FAST).image for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).mean() > 1e-3


def test_one_trace_serves_all_octaves_sizes_weights_and_images(castle, wave):
    loop = dream_network(PRESETS.choose(**FAST)).loop
    before = loop.traces
    dream(castle, **FAST)
    dream(wave, **{**FAST, "size": 80, "octaves": 3, "layers": {"relu3_1": 3.0}, "seed": 9})
    assert loop.traces <= before + 1


def test_a_channel_rises_more_when_it_is_asked_for_than_with_its_layer(castle):
    def of_channel(image):
        network = dream_network(PRESETS.choose(**FAST))
        return float(tf.reduce_mean(network.observe(tf.constant(image[None]))["relu3_1"][..., 5] ** 2))

    asked = of_channel(dream(castle, **{**FAST, "layers": {"relu3_1:5": 1.0}}).image)
    assert asked > 2 * of_channel(dream(castle, **FAST).image)


def test_a_place_changes_what_is_around_it(castle):
    maps = recipe(castle).network.observe(castle.pixels[None])["relu3_1"][0]
    channel = np.argmax(maps[int(0.2 * maps.shape[0]), int(0.2 * maps.shape[1])])  # of others that see nothing
    options = {**FAST, "octaves": 1, "jitter": 0, "layers": {f"relu3_1:{channel}:0.2:0.2": 1.0}}
    change = np.abs(dream(castle, **options).image - castle.pixels).sum(axis=2)
    assert change[:32, :32].sum() > 0.9 * change.sum() > 0


def test_layers_are_weighed_in_units_of_their_values_at_the_start(castle):
    dreamt = recipe(castle, layers={"relu2_1": 2.0, "relu3_1": -0.5})
    size = dreamt.sizes[-1]
    image = dreamt.enlarge(dreamt.start(), size)
    features = dreamt.network.observe(image)
    values = {name: float(part(features, image)[0]) for name, part in dreamt.objective(size).items()}
    assert values == pytest.approx({"relu2_1": -2.0, "relu3_1": 0.5}, rel=1e-3)


def test_a_dream_is_more_like_its_guide_than_one_with_another_guide(castle, wave, auvers):
    guided = recipe(castle, guide=auvers)
    (part,) = guided.objective(guided.sizes[-1]).values()

    def likeness(image):
        image = tf.constant(image[None])
        return -float(part(guided.network.observe(image), image)[0])

    by_auvers, by_wave = (dream(castle, guide=guide, **FAST).image for guide in (auvers, wave))
    assert likeness(castle.pixels) == pytest.approx(1, rel=1e-4)
    assert likeness(by_auvers) > likeness(by_wave) + 0.01 > 1.05


def test_from_noise_starts_without_the_image(castle, wave):
    first, second = (dream(image, from_noise=True, **FAST) for image in (castle, Picture(1 - castle.pixels)))
    np.testing.assert_array_equal(first.image, second.image)
    assert dream(None, **FAST).image.shape == (64, 64, 3)


def test_tiles_give_nearly_the_dream_of_the_whole_image(castle):
    options = {**FAST, "octaves": 1, "steps": (8,)}
    whole, tiled = dream(castle, **options, jitter=32), dream(castle, **options, tile=32)
    assert tiled.losses["relu3_1"] < 0.6 * whole.losses["relu3_1"] < 0
    assert np.corrcoef((whole.image - castle.pixels).ravel(), (tiled.image - castle.pixels).ravel())[0, 1] > 0.7


def test_alpha_and_resolution_are_the_image_s(castle):
    alpha = np.linspace(0, 1, castle.pixels[..., 0].size, dtype=np.float32).reshape(castle.pixels.shape[:2])
    picture = dream(Picture(castle.pixels, alpha, (72, 72)), **FAST).picture
    np.testing.assert_allclose(picture.alpha, alpha, atol=1e-6)
    assert picture.dpi == (72, 72)


def test_stopping_early_gives_the_picture_at_full_size(castle):
    progress = next(dream_steps(castle, **FAST))
    result = progress.result()
    assert not result.finished
    assert result.image.shape == castle.pixels.shape
    assert 0 < np.abs(result.image - castle.pixels).mean() < 0.1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"octaves": 9, "layers": {"relu4_1": 1.0}},
            r"^octave 1 of 9 would be 4x\d pixels, too small for relu4_1, which takes 8x8;",
        ),
        ({"layers": {"relu9_1": 1.0}}, "^unknown layer 'relu9_1'"),
        ({"layers": {"relu3_1:256": 1.0}}, "^relu3_1:256: relu3_1 has the channels 0 to 255$"),
        ({"layers": {"relu3_1": 0.0}}, "it must have a layer whose weight is not 0$"),
        ({"octave_scale": 1.0}, r"^octave_scale is 1\.0; it must be above 1$"),
        ({"step_size": 0.0}, r"^step_size is 0\.0; it must be above 0$"),
        ({"steps": ()}, "each 1 or more$"),
    ],
)
def test_what_cannot_be_dreamt_is_refused(castle, changes, message):
    with pytest.raises(InputError, match=message):
        dream(castle, **{**FAST, **changes})


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
def test_a_layer_that_is_no_map_is_refused(castle, tmp_path):
    import keras

    image = keras.Input((None, None, 3))
    maps = keras.layers.Conv2D(4, 3, name="conv", activation="relu")(image)
    keras.Model(image, keras.layers.GlobalAveragePooling2D(name="mean")(maps)).save(tmp_path / "tiny.keras")
    options = {**FAST, "model": str(tmp_path / "tiny.keras"), "preprocessing": "unit"}
    with pytest.raises(InputError, match=r"^the layer 'mean' gives \(4,\) numbers, no feature map; .* such as conv$"):
        dream(castle, **{**options, "layers": {"mean": 1.0}})
    assert dream(castle, **{**options, "layers": {"conv": 1.0}}).finished


def test_a_guide_that_is_too_small_for_the_layer_is_refused(castle):
    line = np.full((2, 400, 3), 0.5, np.float32)
    with pytest.raises(InputError, match=r"^the guide, 224x1 pixels, is too small for relu3_1; .* both have 4 pixels$"):
        dream(castle, guide=line, **FAST)


def test_an_image_beyond_memory_is_refused_with_the_way_out(castle, monkeypatch):
    def refuse(height, width):
        if height * width > 32 * 32:
            raise InputError("too large")

    monkeypatch.setattr(module, "check_memory", refuse)
    with pytest.raises(InputError, match=r"^too large; or a smaller tile, such as 512$"):
        dream(castle, **FAST)
    assert dream(castle, tile=32, **FAST).finished


def test_a_mask_keeps_the_image_to_the_bit_where_it_is_black(castle):
    mask = np.zeros(castle.pixels.shape[:2], np.float32)
    mask[:, :32] = 1
    made = dream(castle, mask=mask, **FAST).image
    np.testing.assert_array_equal(made[:, 32:], castle.pixels[:, 32:])
    assert np.abs(made - castle.pixels)[:, :32].mean() > 0.01
    with pytest.raises(InputError, match="the mask has 64x10 pixels and the image 64x43; both must be of one aspect"):
        dream(castle, mask=mask[:10], **FAST)
    with pytest.raises(InputError, match="a dream from noise has none"):
        dream(None, mask=mask, **FAST)
