"""Neural style transfer and the visualization of convolutional networks, in TensorFlow and Keras.

    >>> import nst_tf
    >>> result = nst_tf.stylize("castle.jpg", "wave.jpg", size=256)
    >>> nst_tf.write_image("castle-wave.png", result.picture)

    >>> deconv = nst_tf.Deconv(nst_tf.load_backbone("alexnet"), "relu5")
    >>> projected = deconv({"image": images, "filter": filters})["projection"]

Names are loaded when they are first used, so that `import nst_tf` costs nothing. Before a Keras model of ours is loaded
with `keras.saving.load_model`, `import nst_tf.layers` makes its layers known.
"""

import importlib

from nst_tf.version import __version__

_HOME = {
    "ContrastNorm": "nst_tf.layers",
    "ConvnetSettings": "nst_tf.training.settings",
    "Deconv": "nst_tf.visualize.deconv",
    "DecoderSettings": "nst_tf.training.settings",
    "DiagnosisSettings": "nst_tf.visualize.settings",
    "DreamSettings": "nst_tf.recipes.dream.settings",
    "Evaluation": "nst_tf.measures.evaluate",
    "Evaluator": "nst_tf.measures.evaluate",
    "FastPainter": "nst_tf.one_pass.painter",
    "FastSettings": "nst_tf.one_pass.settings",
    "FeatureEvolution": "nst_tf.visualize.evolution.callback",
    "FeatureSettings": "nst_tf.recipes.features.settings",
    "Graph": "nst_tf.backbones.graph",
    "HubPainter": "nst_tf.one_pass.hub",
    "InputError": "nst_tf.errors",
    "LEVELS": "nst_tf.one_pass.decoder",
    "MAX_PIXELS": "nst_tf.images",
    "NetworkPainter": "nst_tf.one_pass.style_network",
    "NstError": "nst_tf.errors",
    "OcclusionSettings": "nst_tf.visualize.settings",
    "PRESETS": "nst_tf.recipes.stylize.settings",
    "Picture": "nst_tf.images",
    "PlateauAnnealing": "nst_tf.training.convnet.zeiler_fergus",
    "Progress": "nst_tf.progress",
    "ProjectionSettings": "nst_tf.visualize.settings",
    "ReconstructSettings": "nst_tf.recipes.reconstruct.settings",
    "Reconstruction": "nst_tf.recipes.reconstruct.strip",
    "Region": "nst_tf.one_pass.areas",
    "Result": "nst_tf.progress",
    "SearchSettings": "nst_tf.visualize.settings",
    "Sheet": "nst_tf.recipes.features.sheet",
    "Strip": "nst_tf.recipes.reconstruct.strip",
    "StyleNetworkSettings": "nst_tf.training.settings",
    "StylizeSettings": "nst_tf.recipes.stylize.settings",
    "SwitchMaxPool": "nst_tf.layers",
    "SwitchUnpool": "nst_tf.layers",
    "TextureSettings": "nst_tf.recipes.texture.settings",
    "TopActivations": "nst_tf.visualize.top.top_activations",
    "WEIGHTS": "nst_tf.backbones",
    "ablate": "nst_tf.training.convnet.ablation",
    "alexnet_classifier": "nst_tf.backbones",
    "check_writable": "nst_tf.images",
    "correspondence": "nst_tf.visualize.correspondence",
    "deconv": "nst_tf.visualize.projections",
    "default_side": "nst_tf.visualize.top.top_activations",
    "diagnose": "nst_tf.visualize.diagnosis.diagnose",
    "dream": "nst_tf.recipes.dream.dream",
    "dream_steps": "nst_tf.recipes.dream.dream",
    "dream_zoom": "nst_tf.recipes.dream.zoom",
    "evaluate": "nst_tf.measures.evaluate",
    "fast_stylize": "nst_tf.one_pass.painter",
    "feature_extractor": "nst_tf.backbones",
    "find_classes": "nst_tf.training.convnet.class_folders",
    "find_images": "nst_tf.images",
    "hub_stylize": "nst_tf.one_pass.hub",
    "invariance": "nst_tf.visualize.invariance",
    "load_backbone": "nst_tf.backbones",
    "load_decoder": "nst_tf.one_pass.decoder_file",
    "load_style_network": "nst_tf.one_pass.style_network",
    "machine_precision": "nst_tf.backbones.precision",
    "occlude": "nst_tf.visualize.occlusion",
    "open_network": "nst_tf.backbones",
    "open_strategy": "nst_tf.training.strategy",
    "pair_regions": "nst_tf.visualize.regions",
    "precision_policy": "nst_tf.training.precision",
    "propose_regions": "nst_tf.visualize.regions",
    "read_image": "nst_tf.images",
    "reconstruct": "nst_tf.recipes.reconstruct.reconstruct",
    "reconstruct_steps": "nst_tf.recipes.reconstruct.reconstruct",
    "sample": "nst_tf.samples",
    "show": "nst_tf.notebook.show",
    "stylize": "nst_tf.recipes.stylize.stylize",
    "stylize_steps": "nst_tf.recipes.stylize.stylize",
    "texture": "nst_tf.recipes.texture.texture",
    "texture_steps": "nst_tf.recipes.texture.texture",
    "top_activations": "nst_tf.visualize.top.top_activations",
    "train_convnet": "nst_tf.training.convnet.train",
    "train_decoder": "nst_tf.training.decoder.train",
    "train_head": "nst_tf.training.convnet.head",
    "train_style": "nst_tf.training.style.train",
    "visualize_features": "nst_tf.recipes.features.visualize_features",
    "visualize_features_steps": "nst_tf.recipes.features.visualize_features",
    "write_image": "nst_tf.images",
    "zfnet": "nst_tf.backbones.zfnet",
}

__all__ = ["__version__", *_HOME]


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__():
    return sorted(__all__)
