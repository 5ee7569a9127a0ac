import numpy as np
import pytest
import tensorflow as tf

from nst_tf.errors import InputError
from nst_tf.images import fit, read_image, resize_image
from nst_tf.measures import patch_distance
from nst_tf.measures.patch_distance import LAYERS, patch_distances, places, two_way_distance
from nst_tf.samples import sample

from .numpy_alexnet import alexnet


def picture(name, longest):
    pixels = read_image(sample(name)).pixels
    return resize_image(pixels, fit(pixels.shape, longest))


def flat(color, size=(48, 64)):
    return np.broadcast_to(np.float32(color), (*size, 3))


def by_definition(result, style):
    """Position by position, in float64."""
    found = []
    for f, g in zip(alexnet(2 * result - 1)[:3], alexnet(2 * style - 1)[:3], strict=True):
        f, g = (maps.reshape(-1, maps.shape[-1]) for maps in (f, g))
        centre = g.mean(0)
        f, g = ((maps - centre) / np.linalg.norm(maps - centre, axis=1, keepdims=True) for maps in (f, g))
        found.append([np.mean([min(1 - b @ a for b in there) for a in here]) for here, there in ((f, g), (g, f))])
    return np.mean(found, 0)


def vectors(seed, count, channels=5):
    return tf.constant(np.random.default_rng(seed).normal(size=(count, channels)), tf.float32)


def test_equals_its_definition_in_float64():
    castle, wave = picture("neuschwanstein", 75), picture("great_wave", 64)
    assert patch_distances(places(castle), places(wave)) == pytest.approx(by_definition(castle, wave), rel=1e-4)


def test_the_style_itself_is_at_distance_0_and_a_part_of_it_too_but_omits_the_rest():
    style = vectors(0, 60)
    assert two_way_distance(style, style) == pytest.approx((0, 0), abs=1e-6)
    assert two_way_distance(tf.reverse(style, [0]), style) == pytest.approx((0, 0), abs=1e-6)
    to_style, to_result = two_way_distance(style[:6], style)
    assert to_style == pytest.approx(0, abs=1e-6)
    assert to_result > 0.05


def test_what_is_opposed_to_all_of_the_style_is_at_distance_2():
    style = tf.constant([[1.0, 0, 0], [3.0, 0, 0]])
    assert two_way_distance(tf.constant([[2.0, 1, 0]]), style) == pytest.approx((1, 1))
    assert two_way_distance(tf.constant([[9.0, 0, 0]]), style) == pytest.approx((0, 1))


@pytest.mark.parametrize("most", [1, 100, 1000])
def test_it_is_the_same_in_chunks_which_hold_no_more_than_allowed(most, monkeypatch):
    result, style, sizes = vectors(1, 70), vectors(2, 40), []
    whole = two_way_distance(result, style)

    def matmul(*matrices, **how):
        product = tf.linalg.matmul(*matrices, **how)
        sizes.append(tf.size(product).numpy())
        return product

    monkeypatch.setattr(patch_distance, "MOST", most)
    monkeypatch.setattr(patch_distance.tf, "matmul", matmul)
    assert two_way_distance(result, style) == pytest.approx(whole, rel=1e-6)
    assert sum(sizes) == 70 * 40
    assert max(sizes) <= max(most, 40)


def test_it_tells_another_painting_from_its_own_by_more_than_colours():
    wave, auvers = (places(picture(name, 96)) for name in ("great_wave", "auvers"))
    assert min(patch_distances(auvers, wave)) > 0.2


@pytest.mark.parametrize("style", [0.0, 0.5, 1.0])
def test_images_of_one_colour_have_finite_distances_and_0_to_themselves(style):
    castle, one = places(picture("neuschwanstein", 64)), places(flat(style))
    for pair in ((castle, one), (one, castle), (places(flat(0.2)), one)):
        assert all(0 <= value <= 2 for value in patch_distances(*pair))
    assert patch_distances(one, one) == pytest.approx((0, 0), abs=1e-6)


def test_vectors_that_are_the_style_mean_are_like_each_other_and_unlike_all_else():
    nothing, something = tf.zeros([4, 3]), tf.constant([[1.0, 0, 0], [-1.0, 0, 0]])
    assert two_way_distance(nothing, nothing) == (0, 0)
    assert two_way_distance(nothing, something) == (1, 1)


def test_the_smallest_pictures_are_measured_and_smaller_ones_refused():
    least = places(picture("auvers", 64)[:31, :31])
    assert [len(least[layer]) for layer in LAYERS] == [49, 9, 1]
    assert patch_distances(least, least) == pytest.approx((0, 0), abs=1e-6)
    with pytest.raises(InputError, match="31x31 or larger"):
        places(picture("auvers", 64)[:30])
