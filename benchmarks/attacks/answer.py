"""What an attack was answered with, and whether it was one of the answers that it may have."""

from collections.abc import Collection
from typing import Any, NamedTuple

__all__ = ["Answer", "grpc_answer", "rest_answer"]

LONGEST = 600  # characters of a reason


class Answer(NamedTuple):
    """The answer to one attack.

    Attributes:
        attack: What was done.
        code: The status, as HTTP or gRPC has it; with what is wrong about the reason, if something is.
        allowed: The statuses that are right.
        sent: The beginning of what was sent.
    """

    attack: str
    code: str
    allowed: Collection[str]
    sent: str = ""

    @property
    def is_right(self) -> bool:
        """Whether the status is one of those that are right."""
        return self.code in self.allowed


def rest_answer(attack: str, found: tuple[int, Any], allowed: Collection[int], sent: bytes = b"") -> Answer:
    """The answer over REST: its status and its JSON, which has a reason if it is a refusal."""
    status, answer = found
    is_told = status == 200 or (isinstance(answer, dict) and answer.keys() == {"error"} and _is_reason(answer["error"]))
    return Answer(attack, str(status) if is_told else f"{status} {answer!r:.60}", [*map(str, allowed)], repr(sent[:60]))


def grpc_answer(attack: str, found: tuple[str, str], allowed: Collection[str], sent: bytes = b"") -> Answer:
    """The answer over gRPC: its code and its message."""
    code, message = found
    is_told = code == "OK" or _is_reason(message)
    return Answer(attack, code if is_told else f"{code} {message!r:.60}", allowed, repr(sent[:60]))


def _is_reason(message: Any) -> bool:
    return isinstance(message, str) and 0 < len(message) <= LONGEST and "Traceback" not in message
