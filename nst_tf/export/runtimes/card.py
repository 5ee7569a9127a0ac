"""The card of a model for another runtime: what goes in and comes out, how exact it is, and how to run it."""

from collections.abc import Mapping
from types import ModuleType

import tensorflow as tf

from nst_tf.export.model_card import shape_text
from nst_tf.export.servable import Servable
from nst_tf.version import __version__

__all__ = ["card"]


def card(
    servable: Servable,
    module: ModuleType,
    specs: Mapping[str, tf.TensorSpec],
    found: Mapping[str, tuple[float, float]],
    file: str,
    size: int,
) -> str:
    """The text of the card.

    Args:
        servable: What was exported.
        module: Of the runtime.
        specs: What the model takes, by name.
        found: How far each output is from TensorFlow's, and how far it may be.
        file: Name of the file.
        size: Of the file in bytes.
    """
    inputs = ", ".join(f'"{name}": np.zeros({tuple(spec.shape)}, np.float32)' for name, spec in specs.items())
    parts = [
        f"# {file}",
        servable.summary,
        "\n".join(f"- {note}" for note in (*servable.notes, *servable.forward.notes)),
        f"{module.ABOUT}. Made by `nst-tf export` of nst_tf {__version__}, with TensorFlow {tf.__version__}. "
        f"{size / 1e6:.1f} MB.",
        "## Weights",
        "\n".join(f"- {line}" for line in servable.weights),
        "## Inputs and outputs",
        _inputs(servable, specs),
        _outputs(servable, found),
        "Differences from TensorFlow's outputs for the bundled photograph, in float32 on the CPU: of pictures as they "
        "are, of others as a share of the largest value.",
        "## How to run it",
        f"```python\n{module.HOW.format(file=file, inputs=inputs)}\n```",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _inputs(servable: Servable, specs: Mapping[str, tf.TensorSpec]) -> str:
    rows = ["| input | type and shape | what it is |", "|---|---|---|"]
    for one in servable.signatures["pixels"].inputs:
        text = one.text + (", RGB in [0, 1]" if one.shape[-1:] == (3,) and one.default is None else "")
        allowed = f", {one.allowed}" if one.least is not None else ""
        rows.append(f"| `{one.name}` | {shape_text(specs[one.name])} | {text}{allowed} |")
    return "\n".join(rows)


def _outputs(servable: Servable, found: Mapping[str, tuple[float, float]]) -> str:
    texts = servable.signatures["pixels"].outputs
    rows = ["| output | what it is | largest difference | allowed |", "|---|---|---|---|"]
    rows += [f"| `{name}` | {texts[name]} | {one:.1e} | {most:.1e} |" for name, (one, most) in found.items()]
    return "\n".join(rows)
