"""Pictures that a network makes: reconstructions, textures, style, dreams and classes; and numbers for them."""

import itertools
from collections.abc import Mapping

import numpy as np

from nst_tf.evidence.row import Finding, Studio
from nst_tf.images import read_image
from nst_tf.notebook.show import show
from nst_tf.samples import sample

__all__ = [
    "classes",
    "dreams",
    "reconstructions",
    "style_by_layers",
    "style_by_ratio",
    "textures",
    "textures_by_numbers",
]

FOAM = slice(120, 312), slice(40, 232)  # of the great wave
TEXTURE_LAYERS = {"relu1_1": 16.0, "relu2_1": 4.0, "relu3_1": 2.0, "relu4_1": 1.0}
NUMBERS = (2_080, 4_160, 12_416, 176_640)  # of the first, the first two, three and all five layers
CLASSIFIER = "alexnet-photos"
JUDGE = "relu5_1"  # of textures; none is made by it
RATIOS = (1, 10, 100)  # times the paper's 1e-3


def _falls(what: str, values: Mapping[str, float]) -> dict[str, bool]:
    """Of each value, whether it is below the one before, as checks."""
    pairs = itertools.pairwise(values.items())
    return {f"{what}: {name} below {before}": after < value for (before, value), (name, after) in pairs}


def _listed(values: Mapping[str, float], form: str = ".2f") -> str:
    return ", ".join(f"{name} {value:{form}}" for name, value in values.items())


def reconstructions(studio: Studio) -> Finding:
    """The castle from the features of each layer of AlexNet."""
    from nst_tf.recipes.reconstruct.reconstruct import reconstruct

    layers = studio.pick([f"relu{number}" for number in range(1, 6)], ["relu1", "relu2"])
    size = studio.pick(144, 64)
    made = reconstruct(studio.photo(size), layers, model="alexnet", size=size, steps=(studio.pick(100, 2),)).picture
    psnr = {one.layer: one.psnr for one in made.reconstructions}
    errors = {one.layer: one.error for one in made.reconstructions}
    told = f"error of the features {_listed(errors, '.1%')}; of the pixels, in dB, {_listed(psnr, '.1f')}"
    checks = {"features are met to within 10 %": max(errors.values()) < 0.1, **_falls("dB", psnr)}
    return Finding(told, checks, made.pixels)


def _foam() -> np.ndarray:
    return read_image(sample("great_wave")).pixels[FOAM]


def _compared(source: np.ndarray, made: Mapping[str, np.ndarray], size: int) -> Finding:
    """Textures beside their source; how far statistics of a layer that made none of them are from the source's."""
    from nst_tf.measures.evaluate import Evaluator

    evaluator = Evaluator(source, source)
    distances = {name: evaluator(one).layers[JUDGE] for name, one in made.items()}
    sheet = show(source, *made.values(), titles=["source", *made], columns=1 + len(made), size=size)
    return Finding(
        f"distance of statistics to the source in {JUDGE} of VGG-16: {_listed(distances)}",
        _falls("distance", distances),
        sheet.pixels,
    )


def textures(studio: Studio) -> Finding:
    """Foam of a painting, by more and more layers of VGG-19."""
    from nst_tf.recipes.texture.texture import texture

    size, source = studio.pick(192, 32), _foam()
    made = {}
    for count in studio.pick(range(1, 5), (1, 2)):
        layers = dict(itertools.islice(TEXTURE_LAYERS.items(), count))
        made[f"to {list(layers)[-1]}"] = _pixels(texture(source, layers=layers, **_schedule(studio, size)))
    return _compared(source, made, 192)


def textures_by_numbers(studio: Studio) -> Finding:
    """The same by the number of parameters of the paper's own layers."""
    from nst_tf.recipes.texture.texture import texture

    size, source = studio.pick(192, 32), _foam()
    numbers = studio.pick(NUMBERS, NUMBERS[:2])
    options = {"preset": "gatys", **_schedule(studio, size)}
    made = {f"{count:,} numbers": _pixels(texture(source, parameters=count, **options)) for count in numbers}
    return _compared(source, made, 192)


def _schedule(studio: Studio, size: int) -> dict:
    return {"size": (size, size), "steps": (studio.pick(150, 2),)}


def _pixels(result) -> np.ndarray:
    return result.picture.pixels


def _by_gatys(studio: Studio, depth: int, ratio: float) -> np.ndarray:
    """The castle as the wave, by so many layers of the style and so many times the paper's ratio."""
    from nst_tf.recipes.stylize.settings import PRESETS
    from nst_tf.recipes.stylize.stylize import stylize

    layers = {f"relu{block}_1": 1 / depth for block in range(1, depth + 1)}
    weight = PRESETS["gatys"].content_weight * ratio
    options = {"preset": "gatys", "size": studio.pick(256, 48), "steps": (studio.pick(150, 2),)}
    photo, painting = sample("neuschwanstein"), sample("great_wave")
    return _pixels(stylize(photo, painting, style_layers=layers, content_weight=weight, **options))


def _judged(made: Mapping[str, np.ndarray], measure: str) -> tuple[dict[str, float], np.ndarray]:
    """One of the measures of `Evaluation` of each picture, and all of them on a sheet."""
    from nst_tf.measures.evaluate import Evaluator

    evaluator = Evaluator(sample("neuschwanstein"), sample("great_wave"))
    values = {name: getattr(evaluator(one), measure) for name, one in made.items()}
    return values, show(*made.values(), titles=list(made), columns=len(made), size=224).pixels


def style_by_layers(studio: Studio) -> Finding:
    """Style by the first, the first three and all five layers."""
    made = {f"to relu{depth}_1": _by_gatys(studio, depth, 1) for depth in studio.pick((1, 3, 5), (1, 2))}
    values, sheet = _judged(made, "style_distance")
    return Finding(f"style distance to the painting: {_listed(values)}", _falls("distance", values), sheet)


def style_by_ratio(studio: Studio) -> Finding:
    """Style by all five layers, with more and more weight for the content."""
    made = {f"ratio x {ratio}": _by_gatys(studio, 5, ratio) for ratio in studio.pick(RATIOS, RATIOS[:2])}
    values, sheet = _judged(made, "content_distance")
    return Finding(f"content distance to the photograph: {_listed(values)}", _falls("distance", values), sheet)


def dreams(studio: Studio) -> Finding:
    """The castle, dreamt on by layers of VGG-16, and whether another network finds animals in it then."""
    from nst_tf.recipes.dream.dream import dream

    layers = studio.pick(("relu2_2", "relu3_3", "relu4_3", "relu5_3"), ("relu1_1", "relu1_2"))
    photo = studio.photo(studio.pick(224, 48))
    options = {"size": len(photo), "octaves": studio.pick(4, 1), "steps": (studio.pick(10, 1),)}
    made = {layer: _pixels(dream(photo, layers={layer: 1.0}, **options)) for layer in layers}
    shares = _probabilities("animal", {"photograph": photo, **made})
    lower, higher = layers[: len(layers) // 2], layers[len(layers) // 2 :]
    checks = {
        f"no animal by {' or '.join(lower)}": max(shares[layer] for layer in lower) < 0.1,
        f"an animal by {' or '.join(higher)}": max(shares[layer] for layer in higher) > 0.5,
    }
    sheet = show(photo, *made.values(), titles=["photograph", *layers], columns=1 + len(layers), size=180)
    told = f"probability of an animal, as {CLASSIFIER} sees it: {_listed(shares)}"
    return Finding(told, checks, sheet.pixels)


def _probabilities(name: str, images: Mapping[str, np.ndarray]) -> dict[str, float]:
    """What a classifier gives a class for each image."""
    from nst_tf.backbones import fit_image
    from nst_tf.backbones.open import class_names, open_network

    network, number = open_network(CLASSIFIER), class_names(CLASSIFIER).index(name)
    return {title: float(network(fit_image(network, one)[None])[0, number]) for title, one in images.items()}


def classes(studio: Studio) -> Finding:
    """Pictures that excite classes of photographs, and what the classifier says of them."""
    from nst_tf.recipes.features.visualize_features import visualize_features

    chosen = studio.pick(("animal", "monument", "fish"), ("animal",))
    made = visualize_features(classes=list(chosen), model=CLASSIFIER, steps=studio.pick(128, 2)).picture
    shares = {}
    for name, image in zip(chosen, made.images, strict=True):
        shares |= _probabilities(name, {name: image})
    sheet = show(*made.images, titles=made.names, columns=len(chosen))
    checks = {f"{name} is recognised": share > 0.9 for name, share in shares.items()}
    return Finding(f"probability that the classifier gives its own picture: {_listed(shares)}", checks, sheet.pixels)
