"""Style transfer: a picture with the content of one image and the style of others.

Coarse to fine (Gatys et al., arXiv 1611.07865): each scale starts from the enlarged picture of the one before, so large
strokes are laid down where they are cheap, and fine ones are added on top.
"""

import functools
from collections.abc import Callable, Sequence

import tensorflow as tf

from nst_tf.backbones import WEIGHTS
from nst_tf.backbones.precision import for_this_machine
from nst_tf.canvas import lanczos, noise
from nst_tf.canvas.masks import mask_at
from nst_tf.canvas.sizes import fit, longest_made, longest_shown, measured_size, scale_sizes, scale_steps
from nst_tf.objectives import Objective
from nst_tf.one_pass.areas import Area, areas_at, laid_over, painted_part
from nst_tf.optimize import Adam, Lbfgs
from nst_tf.recipes.feature_loop import FeatureLoop, kept_by_network, opened_extractor
from nst_tf.recipes.recipe import Recipe, at_size
from nst_tf.recipes.stylize.objective import APART, style_objective
from nst_tf.recipes.stylize.settings import StylizeSettings
from nst_tf.views.tiling import pixels_of

__all__ = ["Stylize", "style_network"]

FALLOFF = 0.75  # of the initial inverse Hessian: see `Lbfgs`
FEWER = 3  # times fewer evaluations on each scale of a preview
OPTIMIZERS = {"lbfgs": functools.partial(Lbfgs, falloff=FALLOFF), "adam": Adam}
# For large pictures: less of the history, and it and targets in half the bytes.
HALF = tf.bfloat16
NARROW = OPTIMIZERS | {"lbfgs": functools.partial(Lbfgs, history=5, falloff=FALLOFF, kept=HALF)}

Painter = Callable[..., tf.Tensor]


class Stylize(Recipe):
    """One picture's style transfer.

    Args:
        network: For these settings, see `style_network`.
        settings: How to make it.
        content: What the picture shows, `(1, height, width, 3)` in [0, 1].
        areas: What is painted in which styles; all of it, if it is one without a mask.
        painter: Paints in one pass, as `Stylizer.stylise`; without it, nothing can start from such a picture.
        first: The image that the canvas starts from, of any size, where that is none of the settings' words.
    """

    def __init__(
        self,
        network: FeatureLoop,
        settings: StylizeSettings,
        content: tf.Tensor,
        areas: Sequence[Area],
        painter: Painter | None = None,
        first: tf.Tensor | None = None,
    ):
        self.network, self.settings, self.content, self.areas = network, settings, content, areas
        own = tf.shape(content)[1:3]
        longest = longest_made(own, settings.size, settings.preview, network.least)
        coarsest = tf.minimum(settings.first_size, longest)
        self.sizes = scale_sizes(own, settings.size, coarsest, settings.growth, network.least, longest)
        self.shown = fit(own, longest_shown(settings.size, settings.preview))
        steps = scale_steps(settings.steps, tf.shape(self.sizes)[0])
        self.steps = tf.where(settings.preview, -(-steps // FEWER), steps)
        self.renews = settings.patch_weight > 0
        self.rounds = tf.where(settings.preview | (not self.renews), 1, settings.rounds)
        self.tile = settings.tile
        further = {"patches": settings.patch_weight, "total variation": settings.tv_weight}
        self.parts = ("content", "style", *(name for name, weight in further.items() if weight))
        self._painter, self._first = painter, first

    def start(self) -> tf.Tensor:
        """The picture of one pass, the content, noise, or what else the canvas is to start from."""
        size = self.sizes[0]
        return laid_over(self.areas, self._start(size), self._content(size))

    def _start(self, size: tf.Tensor) -> tf.Tensor:
        if self._first is not None:
            return at_size(lanczos, self._first, size)
        starts = {"noise": lambda: noise(*tf.unstack(size), self.settings.seed), "content": lambda: self._content(size)}
        if self._painter is not None:
            starts["fast"] = functools.partial(self._painted, self._painter, size)
        if isinstance(self.settings.init, str):
            return starts[self.settings.init]()
        number = tf.argmax(tf.equal(self.settings.init, list(starts)), output_type=tf.int32)
        return tf.switch_case(number, list(starts.values()))

    def _content(self, size: tf.Tensor) -> tf.Tensor:
        return at_size(lanczos, self.content, size)

    def _areas(self, size: tf.Tensor) -> Sequence[Area]:
        return areas_at(self.areas, size, lambda style: self.style_size(style, size))

    def _painted(self, painter: Painter, size: tf.Tensor) -> tf.Tensor:
        settings = self.settings
        strength, swapping = (tf.cast([value], tf.float32) for value in (settings.strength, settings.swap))
        scale = tf.cast(settings.style_scale, tf.float64)  # a tensor, lest another one were traced anew
        return painter(self._content(size), self.areas, strength, swapping, scale)

    def enlarge(self, canvas: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
        """A canvas of one scale brought to the size of another, with the content's detail where it is to be kept.

        The evaluations that follow paint over what the style has no place for, so most of the detail is kept at all but
        the greatest strengths. That costs no style, and without it large pictures, of many scales, lose their content.
        """
        before, content = self._content(tf.shape(canvas)[1:3]), self._content(size)
        kept = tf.cast(1 - self.settings.strength**4, canvas.dtype)
        detail = content - super().enlarge(before, size)
        enlarged = tf.clip_by_value(super().enlarge(canvas, size) + kept * detail, 0, 1)
        return laid_over(self.areas, enlarged, content)

    def picture(self, canvas: tf.Tensor) -> tf.Tensor:
        """A canvas of any scale as the finished picture, or as its preview."""
        return at_size(lanczos, super().picture(canvas), self.shown)

    def objective(self, size: tf.Tensor) -> dict[str, Objective]:
        """The parts of the objective for a canvas of this size."""
        content, areas, window = self._content(size), self._areas(size), self.window(size)
        if window is None:
            return style_objective(self.network, self.settings, content, areas)
        areas = [area._replace(mask=pixels_of(area.mask, window)) for area in areas]
        shown = pixels_of(content, window)
        parts = style_objective(self.network, self.settings, shown, areas)
        share = tf.divide(*(tf.cast(tf.size(one), tf.float64) for one in (shown, content)))
        return {name: part * share for name, part in parts.items()}

    def window(self, size: tf.Tensor) -> tf.Tensor | None:
        """Where anything is painted, with all that is seen around it: the rest need not be looked at."""
        mask = painted_part(self.areas)
        return None if mask is None else self.network.window(mask_at(mask, size), APART)

    def style_size(self, style: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
        """The size in which a style is measured for a canvas of this size."""
        scale = tf.cast(self.settings.style_scale, tf.float64)
        longest = scale * tf.cast(tf.reduce_max(size), tf.float64)
        return measured_size(tf.shape(style)[1:3], longest, self.network.least)


@kept_by_network(4)
def _style_loop(
    model: str,
    preprocessing: str | None,
    pooling: str,
    padding: str,
    precision: str,
    layers: tuple[str, ...],
    optimizer: str,
    narrow: bool,
) -> FeatureLoop:
    how = model, preprocessing, pooling, padding, precision, layers
    if narrow:  # of the same network, which is not opened twice
        return FeatureLoop(_style_loop(*how, optimizer, False).extractor, NARROW[optimizer](), kept=HALF)
    return FeatureLoop(opened_extractor(*how), OPTIMIZERS[optimizer]())


def style_network(settings: StylizeSettings, *, anew: bool = False, narrow: bool = False) -> FeatureLoop:
    """The features and the loop for these settings; the same for all that differ only in weights, sizes and schedule.

    Args:
        settings: How a picture is stylised.
        anew: Whether to build another one, whose parts may be traced into a larger graph.
        narrow: Whether the optimizer is to remember less, and it and targets are kept in half precision, as large
            pictures ask for.

    Raises:
        InputError: The model is unknown or cannot be used as set, its weights are not there, or a layer is unknown or
            gives no feature maps.
    """
    layers = tuple(sorted({*settings.content_layers, *settings.style_layers}))
    padding = settings.padding or ("replicate" if settings.model in WEIGHTS else "zero")
    how = settings.pooling, padding, for_this_machine(settings.precision)
    build = _style_loop.__wrapped__ if anew else _style_loop
    return build(settings.model, settings.preprocessing, *how, layers, settings.optimizer, narrow)
