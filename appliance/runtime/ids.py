"""Fresh identifiers for the composition roots to hand to the actions."""

import secrets

import uuid_utils


def new_id() -> str:
    """A UUIDv7 (RFC 9562): unique even where the clock is wrong; never used for order."""
    return str(uuid_utils.uuid7())


def new_epoch() -> str:
    """Eight random hex digits that name one life of a database."""
    return secrets.token_hex(4)
