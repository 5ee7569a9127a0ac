"""What can be counted: parameters, sizes, numbers of a texture; and first layers."""

import functools
from typing import TYPE_CHECKING

from nst_tf.evidence.row import Finding, Studio, drawn

if TYPE_CHECKING:
    import keras

__all__ = ["first_layers", "parameters", "sizes"]

CONVOLUTIONS = tuple(f"conv{number}" for number in range(1, 6))
PARAMETERS = {"ZFNet": 62_357_608, "its convolutions": 3_726_464, "a texture": 176_640}
ROWS = {"conv1": 110, "pool1": 55, "conv2": 26, "pool2": 13, "conv3": 13, "conv4": 13, "conv5": 13, "pool5": 6}


@functools.lru_cache(1)
def _zfnet() -> "keras.Model":
    from nst_tf.backbones.zfnet import zfnet

    return zfnet()


def parameters(studio: Studio) -> Finding:
    """Parameters of ZFNet, of its convolutions, and numbers of a texture by the layers of Gatys et al."""
    from nst_tf.backbones import feature_extractor, load_backbone
    from nst_tf.recipes.texture.network import parameter_count
    from nst_tf.recipes.texture.settings import PRESETS

    settings = PRESETS["gatys"]
    maps = feature_extractor(load_backbone(settings.model), list(settings.layers)).output
    ours = {
        "ZFNet": _zfnet().count_params(),
        "its convolutions": sum(_zfnet().get_layer(name).count_params() for name in CONVOLUTIONS),
        "a texture": sum(parameter_count(one.shape[-1]) for one in maps.values()),
    }
    told = ", ".join(f"{name} {count:,}" for name, count in ours.items())
    return Finding(told, {f"{name} {count:,}": ours[name] == count for name, count in PARAMETERS.items()})


def sizes(studio: Studio) -> Finding:
    """Rows of ZFNet's maps for 224 px, and how much of the image a unit sees."""
    from nst_tf.backbones.graph import Graph
    from nst_tf.backbones.receptive_field import receptive_field

    rows = {name: _zfnet().get_layer(name).output.shape[1] for name in ROWS}
    fields = [receptive_field(Graph(_zfnet()), f"relu{number}", 224, 224).size[0] for number in range(1, 6)]
    told = f"{', '.join(map(str, rows.values()))}; a unit of layers 1 to 5 sees {', '.join(map(str, fields))} px"
    return Finding(told, {f"{name} is {count}x{count}": rows[name] == count for name, count in ROWS.items()})


def first_layers(studio: Studio) -> Finding:
    """Frequencies, dead filters and aliasing of two networks trained alike."""
    from nst_tf.images import find_images
    from nst_tf.visualize.diagnosis.diagnose import diagnose
    from nst_tf.visualize.diagnosis.figure import diagnosis_figure

    images = find_images(studio.training_pieces)[:: studio.pick(10, 40)]
    models = {"ZFNet": studio.trained("zfnet"), "AlexNet": studio.trained("alexnet")}
    found = {name: diagnose(one.model, images) for name, one in models.items()}
    ours, rival = found.values()
    aliasing = {name: one.aliasing or 0.0 for name, one in found.items()}
    told = "; ".join(
        f"{name}: aliasing {aliasing[name]:.1%}, filters of middle frequencies {one.frequency.shares[1]:.0%}, "
        f"dead in layer 2 {one.layers[1].dead:.0%}"
        for name, one in found.items()
    )
    checks = {
        "less aliasing in ZFNet's layer 2": aliasing["ZFNet"] < aliasing["AlexNet"],
        "more filters of middle frequencies in ZFNet": ours.frequency.shares[1] > rival.frequency.shares[1],
        "fewer dead filters in ZFNet's layer 2": ours.layers[1].dead < rival.layers[1].dead,
    }
    return Finding(told, checks, drawn(diagnosis_figure(found)))
