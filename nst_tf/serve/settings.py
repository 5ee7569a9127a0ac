"""What can be set of a server. Needs no TensorFlow."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from nst_tf.settings import Presets, describe, setting

__all__ = ["RUNNING", "Running"]

LARGEST_PORT = 2**16 - 1
BATCHING = "compute requests together where a version's batching_params.pbtxt says how"
UI = "also serve a page to try the models, at / of the REST port"

listening, running = (partial(setting, group=title) for title in ("listening", "running"))


def port_setting(default: int, use: str) -> Any:
    return listening(default, f"for {use}; 0 takes a free one", "NUMBER", least=0, most=LARGEST_PORT)


@describe
@dataclass(frozen=True)
class Running:
    """How a server runs, whoever may ask."""

    host: str = listening("127.0.0.1", "address to listen on; the default is for this machine only", "ADDRESS")
    port: int = port_setting(8500, "gRPC")
    rest_port: int = port_setting(8501, "REST")
    ui: bool = listening(False, UI)
    poll: float = running(1.0, "how often to look for new versions", "SECONDS", above=0)
    queue: int = running(64, "requests of one model that may wait; more are refused", "NUMBER", least=1)
    workers: int = running(2, "requests of one model that are computed at the same time", "NUMBER", least=1)
    batching: bool = running(True, BATCHING)
    request_timeout: float = running(600.0, "most that a prediction may take, waiting included", "SECONDS", above=0)
    rest_timeout: float = running(30.0, "for a prediction over REST; gRPC has deadlines", "SECONDS", above=0)
    max_message: float = running(64.0, "size of a request", "MIB", above=0, most=2047)  # 2048 is more than gRPC carries
    grace: float = running(30.0, "that requests have to finish in when the server is stopped", "SECONDS", above=0)


RUNNING = Presets({"default": Running()})
