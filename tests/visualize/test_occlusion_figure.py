import numpy as np
import pytest

from nst_tf.visualize.occlusion import Occlusion
from nst_tf.visualize.occlusion_figure import occlusion_figure


def result(**classes):
    random = np.random.default_rng(0)
    return Occlusion(
        image=random.random((20, 30, 3)),
        layer="relu5",
        filter=7,
        size=4,
        stride=4,
        tops=np.arange(0, 20, 4),
        lefts=np.arange(-1, 29, 4),
        projection=random.normal(size=(20, 30, 3)),
        activation=random.random((5, 8)),
        intact_activation=1.0,
        **classes,
    )


def panels(figure):
    return [axes for axes in figure.axes if axes.get_title()]


def drawn(axes):
    return np.asarray(axes.images[0].get_array())


def test_without_classes_there_are_the_image_the_activation_and_the_projection():
    one = result()
    axes = panels(occlusion_figure(one))
    titles = ["(a) image, and the square", "(b) relu5, filter 7: sum of its map", "(c) relu5, filter 7: projection"]
    assert [panel.get_title() for panel in axes] == titles
    np.testing.assert_array_equal(drawn(axes[1]), one.activation)


def test_maps_lie_on_the_image():
    axes = panels(occlusion_figure(result()))
    assert axes[0].images[0].get_extent() == [0, 30, 20, 0]
    # 8 cells of 4 pixels on 30 pixels: one pixel beyond either edge.
    assert axes[1].images[0].get_extent() == [-1, 31, 20, 0]
    assert all(panel.get_xlim() == (0, 30) and panel.get_ylim() == (20, 0) for panel in axes)


@pytest.mark.parametrize("names", [["cat", "dog", "fish"], None])
def test_classes_are_named_in_the_legend_the_most_frequent_first(names):
    winner = np.full((5, 8), 2)
    winner[:2] = 0
    one = result(target=1, probability=np.full((5, 8), 0.25), intact_probability=0.5, winner=winner)
    axes = panels(occlusion_figure(one, names))
    assert axes[3].get_title() == f"(d) probability of {'dog' if names else 'class 1'}"
    assert axes[4].get_title() == "(e) most probable class"
    labels = [text.get_text() for text in axes[4].get_legend().get_texts()]
    assert labels == (["fish", "cat"] if names else ["class 2", "class 0"])
    np.testing.assert_array_equal(drawn(axes[4]), (winner == 0).astype(int))


def test_many_classes_share_the_last_colour():
    winner = np.arange(40).reshape(5, 8)
    one = result(target=1, probability=np.zeros((5, 8)), intact_probability=0.5, winner=winner)
    axes = panels(occlusion_figure(one))
    labels = [text.get_text() for text in axes[4].get_legend().get_texts()]
    assert labels == [*(f"class {number}" for number in range(7)), "other"]
    np.testing.assert_array_equal(drawn(axes[4]), np.minimum(winner, 7))
