"""Fresh identifiers for the composition roots to hand to the actions."""

import secrets

import uuid_utils

from appliance.domain.cases.ticket_pin import PIN_DIGITS
from appliance.domain.wifi import sessions as wifi


def new_id() -> str:
    """A UUIDv7 (RFC 9562): unique even where the clock is wrong; never used for order."""
    return str(uuid_utils.uuid7())


def new_epoch() -> str:
    """Eight random hex digits that name one life of a database."""
    return secrets.token_hex(4)


def new_code() -> str:
    """A code to read aloud and type (domain.wifi), 49 random bits."""
    return wifi.code(secrets.choice)


def new_password() -> str:
    """A first password for somebody else, to read aloud; its owner chooses another."""
    return wifi.first_password(secrets.choice)


def new_pin() -> str:
    """The four digits of a ticket's PIN (domain.ticket_pin)."""
    return f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"


def new_salt() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(32)
