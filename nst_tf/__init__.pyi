"""Made by `python -m tests.stub`; a test holds that it is what the package is."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import keras
import numpy
import tensorflow

from nst_tf.backbones import WEIGHTS as WEIGHTS
from nst_tf.backbones import alexnet_classifier as alexnet_classifier
from nst_tf.backbones import feature_extractor as feature_extractor
from nst_tf.backbones import load_backbone as load_backbone
from nst_tf.backbones import open_network as open_network
from nst_tf.backbones.graph import Graph as Graph
from nst_tf.backbones.precision import machine_precision as machine_precision
from nst_tf.backbones.zfnet import zfnet as zfnet
from nst_tf.errors import InputError as InputError
from nst_tf.errors import NstError as NstError
from nst_tf.images import MAX_PIXELS as MAX_PIXELS
from nst_tf.images import Picture as Picture
from nst_tf.images import Source as Source
from nst_tf.images import check_writable as check_writable
from nst_tf.images import find_images as find_images
from nst_tf.images import read_image as read_image
from nst_tf.images import write_image as write_image
from nst_tf.layers import ContrastNorm as ContrastNorm
from nst_tf.layers import SwitchMaxPool as SwitchMaxPool
from nst_tf.layers import SwitchUnpool as SwitchUnpool
from nst_tf.measures.evaluate import Evaluation as Evaluation
from nst_tf.measures.evaluate import Evaluator as Evaluator
from nst_tf.measures.evaluate import evaluate as evaluate
from nst_tf.notebook.show import show as show
from nst_tf.one_pass.areas import Region as Region
from nst_tf.one_pass.decoder import LEVELS as LEVELS
from nst_tf.one_pass.decoder_file import load_decoder as load_decoder
from nst_tf.one_pass.hub import HubPainter as HubPainter
from nst_tf.one_pass.hub import hub_stylize as hub_stylize
from nst_tf.one_pass.painter import FastPainter as FastPainter
from nst_tf.one_pass.settings import FastSettings as FastSettings
from nst_tf.one_pass.style_network import NetworkPainter as NetworkPainter
from nst_tf.one_pass.style_network import load_style_network as load_style_network
from nst_tf.progress import Progress as Progress
from nst_tf.progress import Result as Result
from nst_tf.progress import Stage
from nst_tf.recipes.dream.settings import DreamSettings as DreamSettings
from nst_tf.recipes.features.settings import FeatureSettings as FeatureSettings
from nst_tf.recipes.features.sheet import Sheet as Sheet
from nst_tf.recipes.reconstruct.settings import ReconstructSettings as ReconstructSettings
from nst_tf.recipes.reconstruct.strip import Reconstruction as Reconstruction
from nst_tf.recipes.reconstruct.strip import Strip as Strip
from nst_tf.recipes.stylize.settings import PRESETS as PRESETS
from nst_tf.recipes.stylize.settings import StylizeSettings as StylizeSettings
from nst_tf.recipes.texture.settings import TextureSettings as TextureSettings
from nst_tf.samples import sample as sample
from nst_tf.training.convnet.ablation import Variant
from nst_tf.training.convnet.ablation_table import Ablation
from nst_tf.training.convnet.class_folders import find_classes as find_classes
from nst_tf.training.convnet.classifier import TrainedClassifier
from nst_tf.training.convnet.head import train_head as train_head
from nst_tf.training.convnet.zeiler_fergus import PlateauAnnealing as PlateauAnnealing
from nst_tf.training.decoder.train import TrainedDecoder
from nst_tf.training.precision import precision_policy as precision_policy
from nst_tf.training.settings import ConvnetSettings as ConvnetSettings
from nst_tf.training.settings import DecoderSettings as DecoderSettings
from nst_tf.training.settings import StyleNetworkSettings as StyleNetworkSettings
from nst_tf.training.strategy import open_strategy as open_strategy
from nst_tf.training.style.train import TrainedStyles
from nst_tf.version import __version__ as __version__
from nst_tf.visualize.correspondence import correspondence as correspondence
from nst_tf.visualize.deconv import Deconv as Deconv
from nst_tf.visualize.diagnosis.diagnose import Diagnosis
from nst_tf.visualize.evolution.callback import FeatureEvolution as FeatureEvolution
from nst_tf.visualize.invariance import invariance as invariance
from nst_tf.visualize.occlusion import Occlusion
from nst_tf.visualize.projections import Projections
from nst_tf.visualize.regions import pair_regions as pair_regions
from nst_tf.visualize.regions import propose_regions as propose_regions
from nst_tf.visualize.settings import DiagnosisSettings as DiagnosisSettings
from nst_tf.visualize.settings import OcclusionSettings as OcclusionSettings
from nst_tf.visualize.settings import ProjectionSettings as ProjectionSettings
from nst_tf.visualize.settings import SearchSettings as SearchSettings
from nst_tf.visualize.top.strongest import Strongest
from nst_tf.visualize.top.top_activations import TopActivations as TopActivations
from nst_tf.visualize.top.top_activations import default_side as default_side

def ablate(
    folder: str | os.PathLike,
    out: str | os.PathLike,
    variants: Sequence[Variant] = ...,
    *,
    strategy: tensorflow.distribute.Strategy | None = ...,
    on_progress: Callable[[str, int, int], None] | None = ...,
    architecture: str = ...,
    width: float = ...,
    epochs: int = ...,
    batch: int = ...,
    learning_rate: float = ...,
    momentum: float = ...,
    side: int = ...,
    held_out: float = ...,
    seed: int = ...,
) -> Ablation: ...
def deconv(
    model: keras.Model,
    image: Source,
    layer: str,
    *,
    filters: Sequence[int] | None = ...,
    strongest: int | None = ...,
    position: str | tuple[int, int] = ...,
    rule: Literal["deconvnet", "guided", "gradient"] = ...,
    seed: Literal["activation", "one"] = ...,
) -> Projections: ...
def diagnose(
    model: keras.Model,
    paths: Sequence[str | os.PathLike],
    *,
    on_progress: Callable[[int, int], None] | None = ...,
    side: int = ...,
    batch: int = ...,
) -> Diagnosis: ...
def dream(
    image: Source | None,
    *,
    callback: Callable[[Progress], object] | None = ...,
    guide: Source | None = ...,
    mask: Source | None = ...,
    preset: Literal["default", "deepdream2015"] = ...,
    time_limit: float | None = ...,
    size: int = ...,
    from_noise: bool = ...,
    model: str = ...,
    preprocessing: Literal[None, "unit", "0-255", "tf", "caffe", "torch"] = ...,
    precision: Literal["auto", "float32", "bfloat16"] = ...,
    octaves: int = ...,
    octave_scale: float = ...,
    steps: tuple[int, ...] = ...,
    step_size: float = ...,
    jitter: int = ...,
    tile: int = ...,
    layers: Mapping[str, float] = ...,
    seed: int = ...,
) -> Result: ...
def dream_steps(
    image: Source | None,
    *,
    guide: Source | None = ...,
    mask: Source | None = ...,
    preset: Literal["default", "deepdream2015"] = ...,
    time_limit: float | None = ...,
    size: int = ...,
    from_noise: bool = ...,
    model: str = ...,
    preprocessing: Literal[None, "unit", "0-255", "tf", "caffe", "torch"] = ...,
    precision: Literal["auto", "float32", "bfloat16"] = ...,
    octaves: int = ...,
    octave_scale: float = ...,
    steps: tuple[int, ...] = ...,
    step_size: float = ...,
    jitter: int = ...,
    tile: int = ...,
    layers: Mapping[str, float] = ...,
    seed: int = ...,
) -> Iterator[Progress]: ...
def dream_zoom(
    image: Source | None,
    frames: int = ...,
    *,
    step: float = ...,
    time_limit: float | None = ...,
    callback: Callable[[Progress], object] | None = ...,
    guide: Source | None = ...,
    preset: Literal["default", "deepdream2015"] = ...,
    size: int = ...,
    from_noise: bool = ...,
    model: str = ...,
    preprocessing: Literal[None, "unit", "0-255", "tf", "caffe", "torch"] = ...,
    precision: Literal["auto", "float32", "bfloat16"] = ...,
    octaves: int = ...,
    octave_scale: float = ...,
    steps: tuple[int, ...] = ...,
    step_size: float = ...,
    jitter: int = ...,
    tile: int = ...,
    layers: Mapping[str, float] = ...,
    seed: int = ...,
) -> Iterator[Result]: ...
def fast_stylize(
    content: Source,
    style: Source | Sequence[Source],
    *,
    decoder: str | os.PathLike | None = ...,
    mask: Source | None = ...,
    regions: Sequence[Region] = ...,
    size: int = ...,
    strength: float = ...,
    swap: float = ...,
    style_scale: float = ...,
    style_blend: tuple[float, ...] = ...,
    preserve_color: Literal[None, "luminance", "histogram"] = ...,
    precision: Literal["auto", "float32", "bfloat16"] = ...,
    tile: int = ...,
    preview: bool = ...,
) -> Picture: ...
def occlude(
    model: keras.Model,
    image: Source,
    *,
    target: int | None = ...,
    on_progress: Callable[[int, int], None] | None = ...,
    layer: str | None = ...,
    size: int | None = ...,
    stride: int | None = ...,
    value: float = ...,
    batch: int = ...,
) -> Occlusion: ...
def reconstruct(
    image: Source,
    layer: str | Sequence[str] | None = ...,
    *,
    callback: Callable[[Progress], object] | None = ...,
    preset: Literal["default", "draft", "mahendran"] = ...,
    time_limit: float | None = ...,
    size: int | None = ...,
    model: Any = ...,
    preprocessing: Literal[None, "unit", "0-255", "tf", "caffe", "torch"] = ...,
    restarts: int = ...,
    tv_weight: tuple[float, ...] = ...,
    alpha: float = ...,
    alpha_weight: tuple[float, ...] = ...,
    noise: float = ...,
    canvas: Literal["fourier", "pixels"] = ...,
    optimizer: Literal["lbfgs", "momentum"] = ...,
    steps: tuple[int, ...] = ...,
    rates: tuple[float, ...] = ...,
    plateau: float = ...,
    seed: int = ...,
) -> Result: ...
def reconstruct_steps(
    image: Source,
    layer: str | Sequence[str] | None = ...,
    *,
    preset: Literal["default", "draft", "mahendran"] = ...,
    time_limit: float | None = ...,
    size: int | None = ...,
    model: Any = ...,
    preprocessing: Literal[None, "unit", "0-255", "tf", "caffe", "torch"] = ...,
    restarts: int = ...,
    tv_weight: tuple[float, ...] = ...,
    alpha: float = ...,
    alpha_weight: tuple[float, ...] = ...,
    noise: float = ...,
    canvas: Literal["fourier", "pixels"] = ...,
    optimizer: Literal["lbfgs", "momentum"] = ...,
    steps: tuple[int, ...] = ...,
    rates: tuple[float, ...] = ...,
    plateau: float = ...,
    seed: int = ...,
) -> Iterator[Progress]: ...
def stylize(
    content: Source,
    style: Source | Sequence[Source],
    *,
    callback: Callable[[Progress], object] | None = ...,
    preset: Literal["default", "draft", "quality", "wasserstein", "gatys"] = ...,
    time_limit: float | None = ...,
    mask: Source | None = ...,
    regions: Sequence[Region] = ...,
    size: int = ...,
    strength: float = ...,
    model: str = ...,
    preprocessing: Literal[None, "unit", "0-255", "tf", "caffe", "torch"] = ...,
    pooling: Literal["max", "average", "l2"] = ...,
    padding: Literal[None, "zero", "replicate"] = ...,
    precision: Literal["auto", "float32", "bfloat16"] = ...,
    content_layers: Mapping[str, float] = ...,
    style_layers: Mapping[str, float] = ...,
    content_loss: Literal["mean", "sum"] = ...,
    style_loss: Literal["wasserstein", "gram"] = ...,
    style_weight: float = ...,
    content_weight: float = ...,
    swap: float = ...,
    patch_weight: float = ...,
    rounds: int = ...,
    tv_weight: float = ...,
    style_scale: float = ...,
    style_blend: tuple[float, ...] = ...,
    optimizer: Literal["lbfgs", "adam"] = ...,
    first_size: int = ...,
    growth: float = ...,
    steps: tuple[int, ...] = ...,
    plateau: float = ...,
    init: Any = ...,
    preserve_color: Literal[None, "luminance", "histogram"] = ...,
    seed: int = ...,
    tile: int = ...,
    preview: bool = ...,
) -> Result: ...
def stylize_steps(
    content: Source,
    style: Source | Sequence[Source],
    *,
    preset: Literal["default", "draft", "quality", "wasserstein", "gatys"] = ...,
    time_limit: float | None = ...,
    mask: Source | None = ...,
    regions: Sequence[Region] = ...,
    size: int = ...,
    strength: float = ...,
    model: str = ...,
    preprocessing: Literal[None, "unit", "0-255", "tf", "caffe", "torch"] = ...,
    pooling: Literal["max", "average", "l2"] = ...,
    padding: Literal[None, "zero", "replicate"] = ...,
    precision: Literal["auto", "float32", "bfloat16"] = ...,
    content_layers: Mapping[str, float] = ...,
    style_layers: Mapping[str, float] = ...,
    content_loss: Literal["mean", "sum"] = ...,
    style_loss: Literal["wasserstein", "gram"] = ...,
    style_weight: float = ...,
    content_weight: float = ...,
    swap: float = ...,
    patch_weight: float = ...,
    rounds: int = ...,
    tv_weight: float = ...,
    style_scale: float = ...,
    style_blend: tuple[float, ...] = ...,
    optimizer: Literal["lbfgs", "adam"] = ...,
    first_size: int = ...,
    growth: float = ...,
    steps: tuple[int, ...] = ...,
    plateau: float = ...,
    init: Any = ...,
    preserve_color: Literal[None, "luminance", "histogram"] = ...,
    seed: int = ...,
    tile: int = ...,
    preview: bool = ...,
) -> Iterator[Progress]: ...
def texture(
    source: Source | Sequence[Source],
    *,
    callback: Callable[[Progress], object] | None = ...,
    masks: Sequence[Source | None] = ...,
    preset: Literal["default", "gatys"] = ...,
    time_limit: float | None = ...,
    size: int | tuple[int, int] = ...,
    model: str = ...,
    preprocessing: Literal[None, "unit", "0-255", "tf", "caffe", "torch"] = ...,
    pooling: Literal["max", "average", "l2", "mean"] = ...,
    padding: Literal[None, "zero", "replicate"] = ...,
    precision: Literal["auto", "float32", "bfloat16"] = ...,
    layers: Mapping[str, float] = ...,
    parameters: int | None = ...,
    texture_loss: Literal["wasserstein", "gram"] = ...,
    tv_weight: float = ...,
    tileable: bool = ...,
    source_scale: float = ...,
    source_blend: tuple[float, ...] = ...,
    match_histogram: bool = ...,
    corrections: int = ...,
    first_size: int = ...,
    growth: float = ...,
    steps: tuple[int, ...] = ...,
    plateau: float = ...,
    tile: int = ...,
    seed: int = ...,
) -> Result: ...
def texture_steps(
    source: Source | Sequence[Source],
    *,
    masks: Sequence[Source | None] = ...,
    preset: Literal["default", "gatys"] = ...,
    time_limit: float | None = ...,
    size: int | tuple[int, int] = ...,
    model: str = ...,
    preprocessing: Literal[None, "unit", "0-255", "tf", "caffe", "torch"] = ...,
    pooling: Literal["max", "average", "l2", "mean"] = ...,
    padding: Literal[None, "zero", "replicate"] = ...,
    precision: Literal["auto", "float32", "bfloat16"] = ...,
    layers: Mapping[str, float] = ...,
    parameters: int | None = ...,
    texture_loss: Literal["wasserstein", "gram"] = ...,
    tv_weight: float = ...,
    tileable: bool = ...,
    source_scale: float = ...,
    source_blend: tuple[float, ...] = ...,
    match_histogram: bool = ...,
    corrections: int = ...,
    first_size: int = ...,
    growth: float = ...,
    steps: tuple[int, ...] = ...,
    plateau: float = ...,
    tile: int = ...,
    seed: int = ...,
) -> Iterator[Progress]: ...
def top_activations(
    model: keras.Model,
    images: str | os.PathLike,
    out: str | os.PathLike,
    *,
    name: str | None = ...,
    on_progress: Callable[[Stage], None] = ...,
    layers: tuple[str, ...] = ...,
    rule: Literal["deconvnet", "guided", "gradient"] = ...,
    side: int | None = ...,
    batch: int = ...,
) -> dict[str, Strongest]: ...
def train_convnet(
    folder: str | os.PathLike,
    run: str | os.PathLike,
    *,
    omit: Iterable[str] = ...,
    maps: Mapping[str, int] | None = ...,
    strategy: tensorflow.distribute.Strategy | None = ...,
    evolution_epochs: Sequence[int] = ...,
    evolution_layers: Sequence[str] | None = ...,
    callbacks: Sequence[keras.callbacks.Callback] = ...,
    architecture: str = ...,
    width: float = ...,
    epochs: int = ...,
    batch: int = ...,
    learning_rate: float = ...,
    momentum: float = ...,
    side: int = ...,
    held_out: float = ...,
    seed: int = ...,
) -> TrainedClassifier: ...
def train_decoder(
    images: str | os.PathLike,
    run: str | os.PathLike,
    *,
    styles: str | os.PathLike | None = ...,
    start: str | os.PathLike | None = ...,
    strategy: tensorflow.distribute.Strategy | None = ...,
    callbacks: Sequence[keras.callbacks.Callback] = ...,
    steps: int = ...,
    every: int = ...,
    learning_rate: float = ...,
    precision: str = ...,
    seed: int = ...,
    level: str = ...,
    side: int = ...,
    batch: int = ...,
    style_weight: float = ...,
) -> TrainedDecoder: ...
def train_style(
    styles: Sequence[str | os.PathLike],
    images: str | os.PathLike,
    run: str | os.PathLike,
    *,
    start: str | os.PathLike | None = ...,
    add_to: str | os.PathLike | None = ...,
    strategy: tensorflow.distribute.Strategy | None = ...,
    callbacks: Sequence[keras.callbacks.Callback] = ...,
    steps: int = ...,
    every: int = ...,
    learning_rate: float = ...,
    precision: str = ...,
    seed: int = ...,
    side: int = ...,
    batch: int = ...,
    style_size: int = ...,
    content_weight: float = ...,
    style_weight: float = ...,
    patch_weight: float = ...,
    tv_weight: float = ...,
) -> TrainedStyles: ...
def visualize_features(
    layer: str | None = ...,
    *,
    callback: Callable[[Progress], object] | None = ...,
    channels: Sequence[int] | None = ...,
    unit: tuple[int, int] | None = ...,
    direction: numpy.ndarray | None = ...,
    classes: Sequence[str | int] | None = ...,
    preset: Literal["default", "draft", "lucid"] = ...,
    time_limit: float | None = ...,
    size: int | None = ...,
    model: Any = ...,
    preprocessing: Literal[None, "unit", "0-255", "tf", "caffe", "torch"] = ...,
    precision: Literal["auto", "float32", "bfloat16"] = ...,
    variants: int = ...,
    diversity: float = ...,
    canvas: Literal["fourier", "pixels"] = ...,
    decorrelate: bool = ...,
    jitter: float = ...,
    zoom: float = ...,
    rotate: float = ...,
    tv_weight: float = ...,
    l2_weight: float = ...,
    steps: int = ...,
    rate: float = ...,
    seed: int = ...,
) -> Result: ...
def visualize_features_steps(
    layer: str | None = ...,
    *,
    channels: Sequence[int] | None = ...,
    unit: tuple[int, int] | None = ...,
    direction: numpy.ndarray | None = ...,
    classes: Sequence[str | int] | None = ...,
    preset: Literal["default", "draft", "lucid"] = ...,
    time_limit: float | None = ...,
    size: int | None = ...,
    model: Any = ...,
    preprocessing: Literal[None, "unit", "0-255", "tf", "caffe", "torch"] = ...,
    precision: Literal["auto", "float32", "bfloat16"] = ...,
    variants: int = ...,
    diversity: float = ...,
    canvas: Literal["fourier", "pixels"] = ...,
    decorrelate: bool = ...,
    jitter: float = ...,
    zoom: float = ...,
    rotate: float = ...,
    tv_weight: float = ...,
    l2_weight: float = ...,
    steps: int = ...,
    rate: float = ...,
    seed: int = ...,
) -> Iterator[Progress]: ...
