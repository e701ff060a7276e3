"""Hashing passwords one at a time, since each hash holds 16 MiB and a processor.

Knows threads and memory; how a password is hashed is handed in.
"""

import ctypes
import secrets
import threading
from typing import Protocol

SALT_BYTES = 16
PATIENCE_S = 10.0
_M_MMAP_THRESHOLD = -3
_LARGE_BYTES = 1024 * 1024


class Scheme(Protocol):
    """How passwords are hashed."""

    def derive(self, password: str, salt: bytes) -> str:
        """The stored form of a password."""

    def matches(self, password: str, stored: str) -> bool:
        """Whether this is the password that was stored."""


class Busy(RuntimeError):
    """Too many log in at this moment; trying again will do."""


def give_back_large_blocks() -> None:
    """Let this process return large blocks to the machine as soon as they are free (mallopt(3)).

    By itself glibc would, from the second hash on, keep 16 MiB for each thread that made one.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


class Hashing:
    """What the threads of a face share."""

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._one = threading.Lock()
        self._nobodys = self.of(secrets.token_hex(16))

    def of(self, password: str) -> str:
        """The stored form of a new password; raises Busy."""
        with self:
            return self._scheme.derive(password, secrets.token_bytes(SALT_BYTES))

    def matches(self, password: str, stored: str | None) -> bool:
        """Whether this is the stored password; says no in equal time without one. Raises Busy."""
        with self:
            is_right = self._scheme.matches(password, stored or self._nobodys)
        return is_right and stored is not None

    def __enter__(self) -> None:
        if not self._one.acquire(timeout=PATIENCE_S):
            raise Busy("others log in at this moment")

    def __exit__(self, *_error: object) -> None:
        self._one.release()
