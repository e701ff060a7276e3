"""Errors in words, as modems give them that know no numbers (27.005 3.2.5, 27.007 9.2, 24.011).

The same words have other numbers in the two families. What is not listed has no number.
"""

import re

# What the SIM answers while it gets ready; 515 is a vendors' code for the same.
BUSY = frozenset({("CMS", 314), ("CME", 14), ("CMS", 515)})

_CMS = {
    "unassigned (unallocated) number": 1,
    "operator determined barring": 8,
    "call barred": 10,
    "short message transfer rejected": 21,
    "destination out of service": 27,
    "unidentified subscriber": 28,
    "facility rejected": 29,
    "unknown subscriber": 30,
    "network out of order": 38,
    "temporary failure": 41,
    "congestion": 42,
    "resources unavailable, unspecified": 47,
    "requested facility not subscribed": 50,
    "requested facility not implemented": 69,
    "invalid short message transfer reference value": 81,
    "invalid message, unspecified": 95,
    "invalid mandatory information": 96,
    "protocol error, unspecified": 111,
    "me failure": 300,
    "sms service of me reserved": 301,
    "operation not allowed": 302,
    "operation not supported": 303,
    "invalid pdu mode parameter": 304,
    "invalid text mode parameter": 305,
    "sim not inserted": 310,
    "sim pin required": 311,
    "sim pin necessary": 311,
    "ph-sim pin required": 312,
    "sim failure": 313,
    "sim busy": 314,
    "sim wrong": 315,
    "sim puk required": 316,
    "sim pin2 required": 317,
    "sim puk2 required": 318,
    "memory failure": 320,
    "invalid memory index": 321,
    "memory full": 322,
    "smsc address unknown": 330,
    "no network service": 331,
    "network timeout": 332,
    "unknown error": 500,
}
_CME = {
    "operation not allowed": 3,
    "operation not supported": 4,
    "ph-sim pin required": 5,
    "sim not inserted": 10,
    "sim pin required": 11,
    "sim pin necessary": 11,
    "sim puk required": 12,
    "sim failure": 13,
    "sim busy": 14,
    "sim wrong": 15,
    "incorrect password": 16,
    "sim pin2 required": 17,
    "sim puk2 required": 18,
    "memory full": 20,
    "invalid index": 21,
    "memory failure": 23,
    "no network service": 30,
    "network timeout": 31,
}
_USIM = re.compile(r"\(u\)sim|\busim")
_FAMILIES = {"CMS": _CMS, "CME": _CME}


def code_of(family: str, text: str) -> int | None:
    """The number of an error given in words, or None."""
    words = _USIM.sub("sim", text.strip(' ."').lower())
    return _FAMILIES[family].get(words)
