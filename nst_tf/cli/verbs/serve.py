"""`nst-tf serve`: models over gRPC and REST, as TensorFlow Serving does."""

import os
from argparse import ArgumentTypeError, Namespace
from pathlib import Path
from urllib.parse import urlsplit

from absl import logging

from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.work.options import add_group, chosen
from nst_tf.errors import InputError
from nst_tf.serve.settings import RUNNING, Running

__all__ = ["DESCRIPTION", "add_arguments", "read_token", "run"]

DESCRIPTION = "Serve exported models over gRPC and REST, to any client of TensorFlow Serving."
TOKEN = "NST_TF_TOKEN"


def origin(text: str) -> str:
    """Where a page is from, as browsers name it."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or text != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc:
        raise ArgumentTypeError(f"{text!r} is not of the form https://example.com, with a port if it has one")
    return text.lower()


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--model-dir", metavar="FOLDER", help="serve the models in this folder, NAME/VERSION/")
    which.add_argument("--model-config", metavar="FILE", help="serve the models of a models.config, with their version "
                       "policies and labels")  # fmt: skip
    for title in ("listening", "running"):
        add_group(parser.add_argument_group(title), RUNNING, title)
    _add_access(parser)


def _add_access(parser: Parser) -> None:
    group = parser.add_argument_group("access")
    group.add_argument("--tls-key", metavar="FILE", help="the server's private key, PEM")
    group.add_argument("--tls-cert", metavar="FILE", help="the server's certificate, PEM")
    group.add_argument("--tls-client-ca", metavar="FILE", help="accept only clients whose certificate it has signed")
    group.add_argument("--allow-reload", metavar="FOLDER", help="let a HandleReloadConfigRequest replace the models "
                       "by others in this folder; models are programs: let nobody else write there")  # fmt: skip
    group.add_argument("--token-file", metavar="FILE",
                       help=f"accept only requests with the token in this file, or in ${TOKEN}")  # fmt: skip
    group.add_argument("--allow-origin", type=origin, action="append", default=[], metavar="ORIGIN",
                       help="let pages of this origin ask, as https://example.com; may be repeated")  # fmt: skip


def run(arguments: Namespace) -> int:
    """Serves until a signal."""
    running, token = chosen(arguments, RUNNING), read_token(arguments.token_file)
    _check(arguments)
    # Only now what takes a while to import.
    from nst_tf.cli.shell.tensorflow_import import import_tensorflow
    from nst_tf.serve.extra import check_extra

    check_extra()
    import_tensorflow(arguments.debug)
    from nst_tf.serve.server.process import serve

    serve(_find(arguments), _settings(arguments, running, token), _tell_listening, _tell_ready)
    return 0


def read_token(path: str | None) -> str:
    """The token in a file, or in the environment; empty if there is neither.

    Raises:
        InputError: The file cannot be read or holds something else.
    """
    if path is None:
        return os.environ.get(TOKEN, "")
    try:
        token = Path(path).read_text().strip()
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error
    if not token or not all("!" <= sign <= "~" for sign in token):
        raise InputError(f"{path} must hold one token, of letters, digits and signs, and nothing else")
    return token


def _check(arguments: Namespace) -> None:
    if (arguments.tls_key is None) != (arguments.tls_cert is None):
        raise InputError("--tls-key and --tls-cert need each other")
    if arguments.tls_client_ca and not arguments.tls_key:
        raise InputError("--tls-client-ca needs --tls-key and --tls-cert")
    if arguments.allow_reload and not Path(arguments.allow_reload).is_dir():
        raise InputError(f"--allow-reload {arguments.allow_reload} is no folder")


def _find(arguments: Namespace):
    from nst_tf.serve.server.config import config_of_folder, read_config

    if arguments.model_config:
        config = read_config(Path(arguments.model_config))
        return lambda: config
    return lambda: config_of_folder(Path(arguments.model_dir))


def _settings(arguments: Namespace, running: Running, token: str):
    from nst_tf.serve.server.access import Tls
    from nst_tf.serve.server.server import ServerSettings

    files = [arguments.tls_key, arguments.tls_cert, arguments.tls_client_ca]
    return ServerSettings(
        **vars(running),
        tls=Tls(*(file and Path(file) for file in files)) if arguments.tls_key else None,
        token=token,
        origins=arguments.allow_origin,
        reloadable=arguments.allow_reload and Path(arguments.allow_reload),
    )


def _tell_listening(server) -> None:
    """Tells that the ports are open, and warns of who else can reach them."""
    from nst_tf.serve.server.access import is_loopback

    settings = server.settings
    logging.info("listening on %s, ports %d and %d; loading the models", settings.host, server.port, server.rest_port)
    if not is_loopback(settings.host) and not (settings.token and settings.tls):
        logging.warning("%s can be reached from other machines, and there is %s; see --tls-key and --token-file",
                        settings.host, "no token" if settings.tls else "no encryption" if settings.token
                        else "neither encryption nor a token")  # fmt: skip


def _tell_ready(server) -> None:
    """Tells what is served, and where."""
    settings, scheme = server.settings, "https" if server.settings.tls else "http"
    page = f", with the page at {scheme}://{settings.host}:{server.rest_port}/" if settings.ui else ""
    for model in server.models:
        versions = ", ".join(map(str, model.available)) or f"not available ({model.trouble})"
        logging.info("%s: %s", model.name, versions)
    logging.info("gRPC at %s:%d, REST at %s://%s:%d/v1/models%s; Ctrl-C stops", settings.host, server.port, scheme,
                 settings.host, server.rest_port, page)  # fmt: skip
