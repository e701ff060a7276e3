"""API keys: 256 bits of chance, told once and stored as a hash.

A plain SHA-256 will do: nobody guesses so much chance, as he would a password.
"""

from hashlib import sha256

from sqlalchemy import Connection

from command_center.open311.problem import Problem
from command_center.store.open311 import open311_keys
from command_center.store.open311.open311_keys import Key

PREFIX = "posko_"
KEY_MAX_CHARS = 100


def spelled(secret: bytes) -> str:
    """The key that is given to a client."""
    return PREFIX + secret.hex()


def hashed(key: str) -> str:
    """What is stored of it."""
    return sha256(key[:KEY_MAX_CHARS].encode("utf-8", "surrogatepass")).hexdigest()


def check(connection: Connection, key: str) -> Key:
    """Whose key this is; raises Problem."""
    found = open311_keys.valid(connection, hashed(key)) if key else None
    if found is None:
        raise Problem(403, "api_key is missing or not valid")
    return found
