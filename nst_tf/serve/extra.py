"""The libraries that serving needs beside those of the package."""

import importlib.util

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


def check_extra() -> None:
    """Checks that the libraries are there.

    Raises:
        NstError: Some are missing; the message has the command that installs them.
    """
    missing = [name for name, module in LIBRARIES.items() if importlib.util.find_spec(module) is None]
    if missing:
        raise NstError(f"serving needs {', '.join(missing)}; this installs it: pip install 'nst_tf[serving]'")
