"""Keras says no types of what it computes; what can be inferred from its source is mostly wrong."""

from typing import Any

def __getattr__(name: str) -> Any: ...
