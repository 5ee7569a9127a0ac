"""Activations rescaled to mean 1 (Gatys, Ecker and Bethge, arXiv 1505.07376, section 2).

With m the mean of each filter after its ReLU, over images and positions, and m' that of the layer before,

    kernel <- kernel m' / m,    bias <- bias / m

divides every activation by its m and changes nothing else: a ReLU, and pooling within a channel, commute with it.
As in the paper, this is done to the network as trained; other pooling comes after it.
"""

import keras
import numpy as np

from nst_tf.backbones.features import feature_extractor

__all__ = ["rescale"]

LEAST = 0.5  # of the layer's mean: a filter that the images hardly excite must not drown the others


def _means(backbone: keras.Model, layers: list[str], images: list[np.ndarray]) -> dict[str, np.ndarray]:
    extractor = feature_extractor(backbone, layers)
    sums, positions = dict.fromkeys(layers, np.zeros(())), dict.fromkeys(layers, 0)
    for image in images:
        for layer, maps in extractor(image[None]).items():
            flat = np.asarray(maps, np.float64).reshape(-1, maps.shape[-1])
            sums[layer] = sums[layer] + flat.sum(axis=0)
            positions[layer] += len(flat)
    return {layer: sums[layer] / positions[layer] for layer in layers}


def rescale(backbone: keras.Model, images: list[np.ndarray]) -> None:
    """Scales the weights of a backbone, in place, so that the mean activation of each filter is 1.

    A filter whose mean is below half its layer's is scaled as if it had that mean.

    Args:
        backbone: A chain of convolutions, each followed by a ReLU, and pooling, as from `load_backbone`.
        images: To average over, `(height, width, 3)` each, float32 in [0, 1], of any sizes that the backbone takes.
    """
    convolutions = [layer for layer in backbone.layers if isinstance(layer, keras.layers.Conv2D)]
    relus = [layer.name for layer in backbone.layers if isinstance(layer, keras.layers.ReLU)]
    means, before = _means(backbone, relus, images), np.ones(1)
    for layer, relu in zip(convolutions, relus, strict=True):
        mean = np.maximum(means[relu], LEAST * means[relu].mean())
        layer.kernel.assign(np.asarray(layer.kernel, np.float64) * before[:, None] / mean)
        layer.bias.assign(np.asarray(layer.bias, np.float64) / mean)
        before = mean
