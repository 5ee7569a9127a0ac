"""Textures with the real weights, at sizes of 48 to 96 pixels."""

import numpy as np
import pytest
import tensorflow as tf

from nst_tf import memory
from nst_tf.errors import InputError
from nst_tf.recipes.texture import recipe as module
from nst_tf.recipes.texture.network import texture_network
from nst_tf.recipes.texture.settings import PRESETS
from nst_tf.recipes.texture.texture import prepare, texture, texture_steps


def recipe(sources, preset="default", **changes):
    return prepare(sources, PRESETS.choose(preset, **changes))


def loss_of_the_paper(features, source):
    """w/4 sum (G - G^)^2 / N^2 over the layers, with G = F F^T / M."""
    total = 0
    for layer in features:
        flat, goal = (
            np.asarray(one[layer], np.float64).reshape(-1, one[layer].shape[-1]) for one in (features, source)
        )
        difference = flat.T @ flat / len(flat) - goal.T @ goal / len(goal)
        total += 1e9 / 4 * (difference**2).sum() / flat.shape[1] ** 2
    return total


def seams(image):
    """Mean absolute differences of neighbouring rows and columns: across the border, and the median of those inside."""
    for axis in (0, 1):
        steps = np.abs(image - np.roll(image, 1, axis)).mean(axis=(1 - axis, 2))
        yield steps[0], np.median(steps[1:])


def test_the_objective_of_gatys_is_that_of_the_paper(auvers):
    made = recipe([auvers], "gatys", size=64)
    image, extractor = made.start(), made.network.extractor
    features = extractor(image)
    value = made.objective(tf.constant([50, 64]))["texture"](features, image)
    np.testing.assert_allclose(value, [loss_of_the_paper(features, extractor(auvers.pixels[None]))], rtol=1e-3)


def test_gatys_lowers_the_loss_of_the_paper_to_a_hundredth(auvers):
    result = texture(auvers, preset="gatys", size=64, steps=(60,), time_limit=120)
    assert result.losses["texture"] < 0.01 * result.history[0]["loss"]
    assert (result.picture.pixels.shape, result.history[0]["step"]) == ((50, 64, 3), 1)


def test_blended_sources_have_the_mixture_of_their_moments(auvers, wave):
    def value(sources, blend):
        made = recipe(sources, "gatys", size=(48, 48), source_blend=blend)
        image = made.start()
        return made.objective(tf.constant([48, 48]))["texture"](made.network.extractor(image), image)

    only, second = value([auvers], (1.0,)), value([wave], (1.0,))
    np.testing.assert_allclose(value([auvers, wave], (1.0, 0.0)), only, rtol=1e-5)
    np.testing.assert_allclose(value([auvers, wave], (0.0, 2.0)), second, rtol=1e-5)


def test_the_default_comes_nearer_on_every_scale(wave):
    result = texture(wave, size=96, first_size=48, steps=(20,))
    scales = [[one["loss"] for one in result.history if one["scale"] == scale] for scale in (1, 2)]
    assert [losses[-1] < 0.7 * losses[0] for losses in scales] == [True, True]
    assert result.finished


def test_the_colours_of_the_result_are_the_sources(auvers):
    result = texture(auvers, size=48, steps=(2,))
    for ours, theirs in zip(np.moveaxis(result.image, -1, 0), np.moveaxis(auvers.pixels, -1, 0), strict=True):
        quantiles = np.linspace(0.05, 0.95, 10)
        np.testing.assert_allclose(np.quantile(ours, quantiles), np.quantile(theirs, quantiles), atol=2e-3)


TILE = {"size": (64, 96), "steps": (25,), "first_size": 48}


@pytest.fixture(scope="module")
def tileable(auvers):
    """A tileable texture as it is on the canvas, and cut where it is smooth."""
    canvases, cut = [], module._cut_where_smooth
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_cut_where_smooth", lambda pixels: canvases.append(pixels) or cut(pixels))
        result = texture(auvers, tileable=True, **TILE)
    return np.clip(np.asarray(canvases[-1]).reshape(result.image.shape), 0, 1), result.image


def test_a_tileable_texture_is_smoother_across_its_border_than_inside(tileable):
    _, image = tileable
    assert image.shape == (64, 96, 3)
    for across, inside in seams(image):
        assert across <= inside


def test_only_the_canvas_of_a_tileable_texture_knows_no_border(auvers, tileable):
    canvas, _ = tileable
    for across, inside in seams(canvas):
        assert 0.7 < across / inside < 1.4
    for across, inside in seams(texture(auvers, **TILE).image):
        assert 1.8 < across / inside < 4


def test_a_canvas_that_repeats_is_enlarged_across_its_border(auvers):
    made = recipe([auvers], size=(48, 64), tileable=True)
    image = np.random.default_rng(0).random((1, 24, 32, 3)).astype("float32")
    rolled = made.enlarge(tf.constant(np.roll(image, (6, 12), (1, 2))), tf.constant([48, 64]))
    expected = np.roll(made.enlarge(tf.constant(image), tf.constant([48, 64])), (12, 24), (1, 2))
    np.testing.assert_allclose(rolled, expected, atol=1e-5)


def test_a_texture_larger_than_its_source_shows_it_at_its_own_size(auvers):
    made = recipe([auvers], size=(96, 160), first_size=32)
    seen = [made.source_size(made.sources[0], size).numpy() for size in made.sizes]
    assert tuple(made.sizes.numpy()[-1]) == (96, 160)
    assert tuple(seen[-1]) == auvers.pixels.shape[:2]
    assert [round(max(size) / max(shape), 1) for size, shape in zip(made.sizes.numpy(), seen, strict=True)] == [
        2.5 for _ in seen
    ]


def test_a_source_larger_than_the_texture_is_shrunk_to_it(auvers):
    made = recipe([auvers], size=32)
    assert max(made.source_size(made.sources[0], made.size).numpy()) == 32


def test_a_source_that_would_not_fit_into_memory_is_refused_with_a_scale_that_fits(auvers, monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: memory.FIXED + memory.MEASURED * 200**2)
    monkeypatch.setattr("nst_tf.recipes.fitting.check_whole", lambda *_: None)
    with pytest.raises(InputError, match=r"^with a source_scale of 8 .* pixels, .* a source_scale of \d\.\d+ fits$"):
        recipe([auvers], size=64, source_scale=8.0)


def test_the_smoothness_of_a_tileable_texture_is_measured_across_its_border(auvers):
    ramp = tf.constant(np.tile(np.linspace(0, 1, 48, dtype="float32")[None, :, None], (48, 1, 3))[None])
    plain, tileable = (
        recipe([auvers], size=(48, 48), tv_weight=1.0, tileable=tileable).objective(tf.constant([48, 48]))[
            "total variation"
        ]
        for tileable in (False, True)
    )
    assert tileable({}, ramp)[0] > 10 * plain({}, ramp)[0]


def test_the_same_seed_makes_the_same_start(auvers):
    starts = [recipe([auvers], size=48, seed=seed).start().numpy() for seed in (1, 1, 2)]
    np.testing.assert_array_equal(starts[0], starts[1])
    assert np.abs(starts[0] - starts[2]).mean() > 0.1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"size": (64, 100), "tileable": True}, "size is 100x64; .* multiples of 8, such as 96x64"),
        ({"size": 4}, "too small"),
        ({"source_blend": (1.0, 2.0)}, "source_blend has 2 shares, and there is 1 source"),
        ({"source_scale": 0.0}, "source_scale is 0.0; it must be above 0 and at most 8"),
        ({"growth": 1.0}, "growth is 1.0; it must be above 1"),
        ({"layers": {"relu9_1": 1.0}}, "unknown layer 'relu9_1'"),
        ({"texture_loss": "grams"}, "unknown texture_loss 'grams'; did you mean 'gram'"),
        ({"sise": 3}, "unknown setting 'sise'"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_with_a_line(changes, message, auvers):
    with pytest.raises(InputError, match=message):
        next(texture_steps(auvers, **changes))


def test_the_network_is_traced_once_for_all_sources_and_sizes(auvers, wave):
    network = texture_network(PRESETS["default"])
    texture(auvers, size=48, steps=(1,))
    before = network.loop.traces
    for source, size in ((wave, 48), (auvers, 64), (wave, (56, 48))):
        texture(source, size=size, steps=(1,))
    assert network.loop.traces == before


def test_a_mask_takes_the_texture_of_a_part_of_the_source(auvers, wave):
    both = np.concatenate([auvers.pixels[:40, :64], wave.pixels[:40, :64]])
    mask = np.zeros(both.shape[:2], np.float32)
    mask[:40] = 1
    settings = {"size": (48, 48), "steps": (8,), "first_size": 48}
    made = texture(both, masks=[mask], **settings).image
    for channel in range(3):  # its colours are of that part
        assert abs(np.median(made[..., channel]) - np.median(both[:40, :, channel])) < 0.02
    with pytest.raises(InputError, match="there are 2 masks and 1 sources"):
        texture(both, masks=[mask, mask], **settings)
