"""What calls over gRPC and REST have in common."""

from dataclasses import dataclass
from pathlib import Path

import grpc

from nst_tf.errors import InputError
from nst_tf.serve.codec.refusal import Refusal

__all__ = ["WAITS", "Connection"]

# Seconds before each further try of a call that the server could not take.
WAITS = (0.2, 0.4, 0.8, 1.6)


@dataclass(frozen=True)
class Connection:
    """Where a server is and how to get in; see `Client`."""

    server: str
    timeout: float
    tls: bool
    authority: str | None
    token: str

    def mistaken(self, spoken: str, other: str) -> Refusal:
        """What to say when the server does not speak the protocol that was asked for."""
        message = f"{self.server} does not answer as {spoken} does; is it the port for {other}?"
        return Refusal(grpc.StatusCode.FAILED_PRECONDITION, message)

    def certificates(self) -> bytes | None:
        """The authority's certificates; `None` for those that the system trusts.

        Raises:
            InputError: The file cannot be read.
        """
        if self.authority is None:
            return None
        try:
            return Path(self.authority).read_bytes()
        except OSError as error:
            raise InputError(f"cannot read {self.authority}: {(error.strerror or str(error)).lower()}") from error
