"""The libraries that serving and other extras need beside those of the package."""

import importlib.util
from collections.abc import Mapping

from nst_tf.errors import NstError

__all__ = ["check_extra"]

# What is imported, by the name of what is installed.
LIBRARIES = {
    "aiohttp": "aiohttp",
    "grpcio": "grpc",
    "grpcio-health-checking": "grpc_health",
    "prometheus-client": "prometheus_client",
    "tensorflow-serving-api": "tensorflow_serving",
}


def check_extra(extra: str = "serving", libraries: Mapping[str, str] = LIBRARIES) -> None:
    """Checks that the libraries are there.

    Args:
        extra: That has them.
        libraries: What is imported, by the name of what is installed.

    Raises:
        NstError: Some are missing; the message has the command that installs them.
    """
    missing = [name for name, module in libraries.items() if importlib.util.find_spec(module) is None]
    if missing:
        raise NstError(f"{extra} needs {', '.join(missing)}; this installs it: pip install 'nst_tf[{extra}]'")
