"""`nst-tf info`: what there is to work with."""

import json
import platform
from argparse import Namespace
from importlib.metadata import version
from typing import Any

from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.work.devices import devices
from nst_tf.cli.work.options import preset_options
from nst_tf.recipes.stylize.settings import PRESETS
from nst_tf.version import __version__

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Show versions, devices, weights, styles and presets."
LIBRARIES = {"TensorFlow": "tensorflow", "Keras": "keras", "NumPy": "numpy", "Pillow": "pillow"}


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: Namespace) -> int:
    """Prints it."""
    from nst_tf.cli.shell.tensorflow_import import import_tensorflow

    import_tensorflow(arguments.debug)
    facts = {
        "versions": _versions(),
        "devices": devices(),
        **_weights(),
        "networks": _networks(),
        "presets": {name: preset_options(PRESETS, name) for name in PRESETS},
    }
    print(json.dumps(facts, indent=2) if arguments.json else _page(facts))
    return 0


def _versions() -> dict[str, str]:
    ours = {"nst_tf": __version__, "Python": platform.python_version()}
    return {**ours, **{name: version(package) for name, package in LIBRARIES.items()}}


def _weights() -> dict[str, Any]:
    from nst_tf.backbones.fetch import cache_folder
    from nst_tf.backbones.registry import weights_status

    files = [
        {"name": one.name, "storage": one.storage, "hash": one.hash, "licence": one.licence, "path": str(one.path)}
        for one in weights_status()
    ]
    return {"weights": files, "cache": str(cache_folder())}


def _networks() -> dict[str, str]:
    import numpy as np

    from nst_tf.one_pass.style_network import BUNDLED, STYLES

    found = {}
    for name, file in BUNDLED.items():
        with np.load(file) as arrays:  # the network need not be built for that
            found[name] = ", ".join(arrays[STYLES])
    return found


def _page(facts: dict[str, Any]) -> str:
    devices = {**facts["devices"], "GPU": ", ".join(facts["devices"]["GPU"]) or "none"}
    devices["oneDNN"] = "on" if devices["oneDNN"] else "off"
    devices["precision"] = "{name}: {reason}".format_map(devices["precision"])
    sections = {
        "versions": list(facts["versions"].items()),
        "devices": list(devices.items()),
        f"weights, downloaded ones in {facts['cache']}": [tuple(file.values()) for file in facts["weights"]],
        "networks of a few styles": list(facts["networks"].items()),
        "presets": list(facts["presets"].items()),
    }
    return "\n\n".join(f"{title}\n{_table(rows)}" for title, rows in sections.items())


def _table(rows: list[tuple]) -> str:
    widths = [max(len(str(cell)) for cell in column) for column in zip(*rows, strict=True)]
    lines = ["  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(f"  {line.rstrip()}" for line in lines)
