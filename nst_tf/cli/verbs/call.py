"""`nst-tf call`: a picture by a server, the embedded one or TensorFlow Serving."""

import json
from argparse import SUPPRESS, BooleanOptionalAction, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nst_tf.cli.shell.failure import option
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.values import number, numbers, positive, whole, wholes
from nst_tf.cli.verbs.serve import read_token
from nst_tf.errors import InputError
from nst_tf.export.catalogue import MODELS, Exportable
from nst_tf.settings import Control

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Ask a server for a picture: nst-tf serve, or TensorFlow Serving with exported models."
GRPC, REST = "127.0.0.1:8500", "127.0.0.1:8501"
REFUSED = ("INVALID_ARGUMENT", "NOT_FOUND", "FAILED_PRECONDITION", "OUT_OF_RANGE")  # the request is to blame


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    kinds = parser.add_subparsers(dest="kind", metavar="KIND", title="kinds", required=True)
    for name, model in MODELS.items():
        one = kinds.add_parser(name, help=model.summary, description=model.summary, inherited_absl_flags=None)
        for image in model.images:
            one.add_argument(image, metavar=image.upper(), help=f"{image} file")
        one.add_argument("-o", "--output", metavar="OUT", required=True, help="file of the result")
        if model.mask:
            one.add_argument("--mask", metavar="MASK", help=f"image file: {model.mask}")
        _add_controls(one, model)
        _add_server(one, name)
        one.add_argument("--debug", action="store_true", default=SUPPRESS,
                         help="show where an error comes from, and TensorFlow's log")  # fmt: skip


def _add_controls(parser: Parser, model: Exportable) -> None:
    if model.controls:
        group = parser.add_argument_group("controls", "The server has a default for each.")
        for control in model.controls:
            how: dict[str, Any] = {"type": _reader(control), "metavar": control.unit}
            if control.kind is bool:
                how = {"action": BooleanOptionalAction}
            group.add_argument(option(control.name), **how, help=_help(control))


def _reader(control: Control) -> Callable[[str], Any]:
    """What reads the text of an option: one value, or several with commas between."""
    if control.kind is str:
        return str
    one, several = (whole, wholes) if control.kind is int else (number, numbers)
    return several if control.several else one


def _help(control: Control) -> str:
    inside = "" if control.least is None else f"; from {control.least:g} to {control.most:g}"
    return control.help + (f"; one of {', '.join(control.choices)}" if control.choices else inside)


def _add_server(parser: Parser, name: str) -> None:
    group = parser.add_argument_group("server")
    group.add_argument("--server", metavar="HOST:PORT", help=f"where it is (default: {GRPC}, with --rest {REST})")
    group.add_argument("--rest", action="store_true", help="ask over REST instead of gRPC")
    group.add_argument("--model", default=name, metavar="NAME", help=f"of the model (default: {name})")
    group.add_argument("--model-version", type=whole, metavar="NUMBER", help="of the model (default: the newest)")
    group.add_argument("--timeout", type=positive, default=300.0, metavar="SECONDS", help="to wait (default: 300)")
    group.add_argument("--tls", action="store_true", help="the server has a certificate")
    group.add_argument("--tls-ca", metavar="FILE", help="trust certificates of this authority, PEM (implies --tls)")
    group.add_argument("--token-file", metavar="FILE", help="file with the token that the server wants, if any")
    group.add_argument("--json", action="store_true", help="print a line of JSON")


def run(arguments: Namespace) -> int:
    """Asks, and writes the answer."""
    model = MODELS[arguments.kind]
    _check_output(arguments.output, model)
    token = read_token(arguments.token_file)
    # Only now what takes a while to import.
    from nst_tf.cli.shell.tensorflow_import import import_tensorflow
    from nst_tf.serve.codec.image_file import image_bytes
    from nst_tf.serve.extra import check_extra

    masked = getattr(arguments, "mask", None) is not None
    images = [*model.images, *(["mask"] if masked else [])]
    inputs: dict[str, Any] = {f"{name}_bytes": [image_bytes(getattr(arguments, name))] for name in images}
    given = {control.name: getattr(arguments, control.name) for control in model.controls}
    controls = {name: [value] for name, value in given.items() if value is not None}
    check_extra()
    import_tensorflow(arguments.debug)
    signature = "masked" if masked else "controls" if controls else "serving_default"
    outputs = _ask(arguments, inputs | controls, signature, token)
    for name in ("status", "message"):  # of one image, they say no more than that there is an answer
        outputs.pop(name, None)
    _write(arguments.output, model, outputs)
    _report(arguments, outputs)
    return 0


def _check_output(output: str, model: Exportable) -> None:
    from nst_tf.images import check_target, check_writable

    if model.answer is not None:
        check_writable(output)
    elif Path(output).suffix != ".npz":
        raise InputError(f"cannot write {output}: features are written as .npz")
    else:
        check_target(output)


def _ask(arguments: Namespace, inputs: dict[str, Any], signature: str, token: str) -> dict[str, Any]:
    from nst_tf.serve.client import Client
    from nst_tf.serve.codec.refusal import Refusal

    server = arguments.server or (REST if arguments.rest else GRPC)
    access = {"tls": arguments.tls, "authority": arguments.tls_ca, "token": token}
    try:
        with Client(server, rest=arguments.rest, timeout=arguments.timeout, **access) as client:
            return client.predict(arguments.model, inputs, signature=signature, version=arguments.model_version)
    except Refusal as refusal:
        if refusal.code.name in REFUSED:
            raise InputError(str(refusal)) from refusal
        raise


def _write(output: str, model: Exportable, outputs: dict[str, Any]) -> None:
    if model.answer is None:
        import numpy as np

        from nst_tf.images import atomic_write

        with atomic_write(output) as temporary, temporary.open("wb") as file:
            np.savez_compressed(file, **outputs)
        return
    from nst_tf.images import write_image
    from nst_tf.serve.codec.image_file import picture_of

    write_image(output, picture_of(outputs.pop(model.answer)[0]))


def _report(arguments: Namespace, outputs: dict[str, Any]) -> None:
    from nst_tf.cli.shell.failure import one_line

    facts = {name: array[0].tolist() for name, array in outputs.items() if array[0].size < 10}
    if arguments.json:
        print(json.dumps({"output": arguments.output, **facts}))
        return
    told = ", ".join(f"{name} {_text(value)}" for name, value in facts.items())
    print(f"wrote {one_line(arguments.output)}{'; ' if told else ''}{told}")


def _text(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
