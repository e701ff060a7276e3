"""Waiting for a condition with a deadline, instead of sleeping and hoping."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_for(condition: Callable[[], T], what: str, *, limit_s: float = 20.0) -> T:
    """Poll until the condition is truthy and return it; AssertionError after `limit_s`."""
    deadline_s = time.monotonic() + limit_s
    while not (value := condition()):
        assert time.monotonic() < deadline_s, f"not within {limit_s} s: {what}"
        time.sleep(0.02)
    return value
