"""Passwords as they are stored: scrypt (RFC 7914) with a salt. Pure; the salt is an argument.

The stored form names its own cost, so that a later release may ask for more.
"""

import hashlib
import hmac
from dataclasses import dataclass

from appliance.domain.staff.accounts import as_typed

SALT_BYTES = 16
_HASH_BYTES = 32
_SLACK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """`2 ** log_n` blocks of `128 * r` bytes are held at a time, `p` times one after another."""

    log_n: int
    r: int
    p: int

    @property
    def memory_bytes(self) -> int:
        """What one hash holds in memory."""
        return 128 * self.r << self.log_n

    def derive(self, password: str, salt: bytes) -> str:
        """The stored form of a password at this cost."""
        return derive(password, salt, self)

    def matches(self, password: str, stored: str) -> bool:
        """Whether this is the password that was stored, whatever that cost."""
        return matches(password, stored)


COST = Cost(log_n=14, r=8, p=5)
"""16 MiB, one of the settings that OWASP's Password Storage Cheat Sheet holds equal: the one with
the least memory, since a box has 512 MB."""


def derive(password: str, salt: bytes, cost: Cost = COST) -> str:
    """The stored form of a password."""
    return f"scrypt${cost.log_n}${cost.r}${cost.p}${salt.hex()}${_key(password, salt, cost).hex()}"


def matches(password: str, stored: str) -> bool:
    """Whether this is the password that was stored."""
    name, log_n, r, p, salt, key = stored.split("$")
    assert name == "scrypt", "no other kind was ever stored"
    cost = Cost(int(log_n), int(r), int(p))
    return hmac.compare_digest(_key(password, bytes.fromhex(salt), cost), bytes.fromhex(key))


def hashed_id(session_id: str) -> str:
    """How a session is stored: whoever reads the database cannot take it over."""
    return hashlib.sha256(session_id.encode()).hexdigest()


def _key(password: str, salt: bytes, cost: Cost) -> bytes:
    return hashlib.scrypt(
        as_typed(password).encode("utf-8", "surrogatepass"),
        salt=salt,
        n=1 << cost.log_n,
        r=cost.r,
        p=cost.p,
        maxmem=cost.memory_bytes + _SLACK_BYTES,
        dklen=_HASH_BYTES,
    )
