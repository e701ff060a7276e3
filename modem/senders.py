"""Who may be answered: people, and neither names, services, operators nor ourselves; pure.

Operators' own numbers are data (`operators`).
"""

import re
from collections.abc import Collection

from appliance.domain.errors import BadInput
from appliance.domain.phone import Msisdn
from modem.operators import OPERATORS
from modem.pdu.address import Address

_MIN_PERSON_DIGITS = 7
"""Shorter numbers belong to services (888, 1708, 4444)."""
# The address in an MMS notification (WAP-209 6.2, "From"): a number and its type.
_MMS_FROM = re.compile(rb"(\+?[0-9]{8,15})/TYPE=PLMN")


def phone_of(sender: str) -> Msisdn | None:
    """Return the sender as a number that may be answered; None for names and short codes."""
    try:
        return Msisdn.parse(sender)
    except BadInput:
        return None


def refusal(sender: Address, own_numbers: Collection[Msisdn]) -> str | None:
    """Why this sender is no resident; None for one that may be."""
    digits = sum(char.isdigit() for char in sender.number)
    if sender.is_alphanumeric or digits < _MIN_PERSON_DIGITS:
        return "sender is no person"
    phone = phone_of(sender.number)
    if phone is not None and phone in own_numbers:
        return "own number"
    return "operator" if _bare(sender.number) in _CENTRES else None


def mms_sender(body: bytes) -> str | None:
    """Who sent the picture that an MMS notification tells of, where it says so."""
    match = _MMS_FROM.search(body)
    return match[1].decode() if match else None


def _bare(number: str) -> str:
    """Digits without country code or trunk zero."""
    return re.sub(r"^(\+?62|0062|0)", "", number)


_CENTRES = frozenset(centre for operator in OPERATORS for centre in operator.centres)
