from dataclasses import replace

import numpy as np
import pytest

import nst_tf
from nst_tf.images import Picture, resize, resize_image
from nst_tf.measures import evaluate
from nst_tf.measures.edges import edge_agreement
from nst_tf.measures.lpips import lpips
from nst_tf.measures.patch_distance import patch_distances, places
from nst_tf.measures.style_distance import style_distances

SIZE = (80, 112)


@pytest.fixture(scope="module")
def content():
    return np.clip(resize(nst_tf.read_image(nst_tf.sample("neuschwanstein")).pixels, SIZE), 0, 1)


@pytest.fixture(scope="module")
def style():
    return np.clip(resize(nst_tf.read_image(nst_tf.sample("auvers")).pixels, SIZE), 0, 1)


def test_a_picture_against_itself_is_0_in_both(content):
    found = nst_tf.evaluate(content, content, content)
    assert found.content_distance == 0
    assert found.style_distance == pytest.approx(0, abs=1e-9)


def test_the_style_distance_is_the_mean_of_the_layers_and_the_content_distance_is_lpips(content, style):
    result = (content + style) / 2
    found = nst_tf.evaluate(Picture(content), Picture(style), Picture(result))
    assert found.layers == style_distances(result, style)
    assert found.style_distance == pytest.approx(np.mean(list(found.layers.values())), rel=1e-12)
    assert found.content_distance == lpips(content, result)


def test_from_content_to_style_one_distance_rises_and_the_other_falls(content, style):
    steps = [nst_tf.evaluate(content, style, content + share * (style - content)) for share in (0, 0.5, 1)]
    nearness = [step.content_distance for step in steps]
    assert nearness == sorted(nearness)
    assert steps[-1].style_distance < steps[1].style_distance < steps[0].style_distance


def test_the_content_is_brought_to_the_size_of_the_result(content, style):
    large = nst_tf.read_image(nst_tf.sample("neuschwanstein"))
    assert nst_tf.evaluate(large, style, content).content_distance < 1e-4


def test_what_is_no_picture_is_refused(content, style):
    with pytest.raises(nst_tf.InputError, match="values from"):
        nst_tf.evaluate(content, style, content + 1)


@pytest.fixture(scope="module")
def evaluator(content, style):
    return nst_tf.Evaluator(content, style)


def test_the_other_numbers_are_those_of_their_modules(content, style, evaluator):
    result = (content + style) / 2
    found = evaluator(result)
    assert (found.patch_distance, found.omission_distance) == patch_distances(places(result), places(style))
    assert found.edge_agreement == edge_agreement(content, result)
    assert found == nst_tf.evaluate(content, style, result)


def test_a_picture_against_itself_is_perfect_in_all(content):
    found = nst_tf.evaluate(content, content, content)
    assert (found.patch_distance, found.omission_distance) == pytest.approx((0, 0), abs=1e-6)
    assert found.edge_agreement == pytest.approx(1)


def test_a_style_is_measured_once_for_many_results_of_a_size(content, style, monkeypatch):
    seen = []

    def counted(pixels):
        seen.append(pixels)
        return places(pixels)

    monkeypatch.setattr(evaluate, "places", counted)
    evaluator = nst_tf.Evaluator(content, style)
    for result in (content, style, (content + style) / 2):
        evaluator(result)
    assert len(seen) == 4
    evaluator(resize_image(content, (40, 56)))
    assert len(seen) == 6


def test_controls_score_as_they_must(content, style):
    narrow = style[:, :90]
    controls = nst_tf.Evaluator(content, narrow).controls((60, 84))
    photograph, painting, recoloured = (controls[name] for name in ("photograph", "painting", "recoloured"))
    assert photograph.content_distance < 1e-12
    assert photograph.edge_agreement == pytest.approx(1)
    assert painting.style_distance == pytest.approx(0, abs=1e-9)
    assert (painting.patch_distance, painting.omission_distance) == pytest.approx((0, 0), abs=1e-6)
    assert painting.edge_agreement < 0.2
    assert painting.content_distance > recoloured.content_distance > 0.01
    assert recoloured.layers["relu1_1"] < 0.5 * photograph.layers["relu1_1"]
    assert recoloured.edge_agreement > 0.9


def test_the_controls_are_of_the_size_that_is_asked_for(content, style, evaluator):
    small = resize_image(content, (40, 56))
    assert evaluator.controls((40, 56))["photograph"] == evaluator(small)


def test_shares_are_of_the_photograph(content, style, evaluator):
    photograph, found = evaluator.controls(SIZE)["photograph"], evaluator((content + style) / 2)
    assert found.shares(photograph) == {
        "style_share": found.style_distance / photograph.style_distance,
        "patch_share": found.patch_distance / photograph.patch_distance,
    }
    assert photograph.shares(photograph) == {"style_share": 1, "patch_share": 1}


def test_there_is_no_share_of_nothing(evaluator, content):
    nothing = replace(evaluator(content), style_distance=1e-9)
    shares = evaluator(content).shares(nothing)
    assert np.isnan(shares["style_share"])
    assert shares["patch_share"] == 1


def test_a_style_of_one_colour_or_a_narrow_one_has_finite_numbers(content, style):
    for odd in (np.full_like(style, 0.3), style[:10]):
        for found in (nst_tf.evaluate(content, odd, content), nst_tf.evaluate(odd, content, np.full_like(content, 1))):
            assert np.isfinite([value for value in vars(found).values() if isinstance(value, float)]).all()


def test_a_result_that_is_too_small_is_refused(content, evaluator):
    assert evaluator(content[:31]).content_distance > 0
    with pytest.raises(nst_tf.InputError, match="31x31 or larger"):
        evaluator(content[:30])
