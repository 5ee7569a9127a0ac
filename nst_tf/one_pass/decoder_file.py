"""Trained decoders on the disk: one file of float16 weights that says which encoder and level it belongs to."""

import functools
import json
import os
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from nst_tf.backbones import WEIGHTS, feature_extractor, file_identity, load_backbone
from nst_tf.backbones.precision import dtype_policy, for_this_machine, policy_of
from nst_tf.errors import InputError
from nst_tf.images import atomic_write
from nst_tf.one_pass.decoder import build_decoder, level_of, levels_from
from nst_tf.one_pass.stylizer import Stylizer

__all__ = [
    "BUNDLED",
    "ENCODER",
    "ENCODER_PADDING",
    "decoder_identity",
    "load_decoder",
    "load_stylizer",
    "save_decoder",
]

BUNDLED = Path(__file__).parent / "weights" / "decoder_vgg16_fp16.npz"
ENCODER, ENCODER_PADDING = "vgg16", "replicate"
ABOUT = "about"


def save_decoder(path: str | os.PathLike, decoder: keras.Model, facts: Mapping[str, Any]) -> None:
    """Writes a decoder, whole or not at all.

    Args:
        path: An `.npz` file.
        decoder: One of `build_decoder`.
        facts: What else to keep with it, values that JSON knows.

    Raises:
        InputError: The file cannot be written there.
        NstError: The disk is full, or writing failed otherwise.
    """
    about = {**facts, "level": level_of(decoder), "encoder": WEIGHTS[ENCODER].hash}
    weights = {str(number): weight.astype(np.float16) for number, weight in enumerate(decoder.get_weights())}
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **{ABOUT: json.dumps(about, sort_keys=True)}, **weights)


def load_decoder(path: str | os.PathLike | None = None, level: str | None = None) -> keras.Model:
    """A trained decoder.

    Args:
        path: The `decoder.npz` of a run of `train_decoder`, or the folder of the run; the bundled one by default.
        level: The level that it must be from; any if `None`.

    Raises:
        InputError: There is no such file, it is no decoder, or it was trained for another encoder or level.
    """
    file = _decoder_file(BUNDLED if path is None else path)
    try:
        with np.load(file) as arrays:
            about = json.loads(str(arrays[ABOUT]))
            weights = [arrays[str(number)] for number in range(len(arrays.files) - 1)]
    except FileNotFoundError:
        raise InputError(f"there is no decoder {file}; `nst-tf train-decoder` makes one") from None
    except Exception as error:  # NumPy and zipfile have many for a broken file.
        raise InputError(f"{file} is not a decoder of `nst-tf train-decoder`: {error}") from error
    if level is not None and about.get("level") != level:
        raise InputError(f"{file} decodes from {about.get('level')}, not from {level}")
    return _assembled(file, about, weights)


def _decoder_file(path: str | os.PathLike) -> Path:
    place = Path(path)
    return place / "decoder.npz" if place.is_dir() else place


def _assembled(file: Path, about: Mapping[str, Any], weights: list[np.ndarray]) -> keras.Model:
    theirs, ours = about.get("encoder"), WEIGHTS[ENCODER].hash
    if theirs != ours:
        raise InputError(f"{file} was trained for an encoder with the weights {theirs}; ours have {ours}")
    decoder = build_decoder(about["level"])
    if [weight.shape for weight in decoder.get_weights()] != [weight.shape for weight in weights]:
        raise InputError(f"{file} holds weights of other shapes than a decoder from {about['level']}")
    decoder.set_weights(weights)
    decoder.trainable = False
    return decoder


def decoder_identity(decoder: str | os.PathLike | None) -> Hashable:
    """What a decoder is, to keep by it what was built on it: a run that went on has another one."""
    return None if decoder is None else file_identity(_decoder_file(decoder))


def load_stylizer(decoder: str | os.PathLike | None = None, precision: str = "float32") -> Stylizer:
    """The network for any style, with the bundled encoder; kept for the next call.

    Args:
        decoder: See `load_decoder`.
        precision: What encoder and decoder compute with; see `open_network`. What is between them is in float32, and
            moments in float64.

    Raises:
        InputError: As `load_decoder`; or the precision is unknown.
    """
    return _stylizer(decoder_identity(decoder), decoder, policy_of(for_this_machine(precision)))


@functools.lru_cache(maxsize=2)
def _stylizer(identity: Hashable, decoder: str | os.PathLike | None, policy: str) -> Stylizer:
    with dtype_policy(policy):
        trained = load_decoder(decoder)
        encoder = feature_extractor(load_backbone(ENCODER, padding=ENCODER_PADDING), levels_from(level_of(trained)))
    return Stylizer(encoder, trained, name="stylizer")
