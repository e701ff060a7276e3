"""When an X.509 certificate is valid, read from its DER; pure.

Python's `ssl` tells that only of certificates it has accepted, and a technician needs it of the
others: "expired" and "this machine's clock is wrong" look alike from inside a handshake.
"""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime

_SEQUENCE, _UTC_TIME, _GENERALIZED_TIME, _VERSION = 0x30, 0x17, 0x18, 0xA0


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when a certificate may be used."""

    begins: datetime
    ends: datetime


def validity(pem: str) -> Validity:
    """The validity of the first certificate in a PEM text; raises ValueError."""
    begin = pem.find(ssl.PEM_HEADER)
    end = pem.find(ssl.PEM_FOOTER, begin)
    if begin < 0 or end < 0:
        raise ValueError("holds no certificate")
    return validity_of_der(ssl.PEM_cert_to_DER_cert(pem[begin : end + len(ssl.PEM_FOOTER)]))


def validity_of_der(der: bytes) -> Validity:
    """RFC 5280, 4.1: TBSCertificate holds version, serial, algorithm, issuer, then validity."""
    try:
        tbs = _inside(_inside(der, _SEQUENCE)[0], _SEQUENCE)[0]
        if tbs[0] == _VERSION:
            tbs = _inside(tbs)[1]
        for _ in ("serial", "algorithm", "issuer"):
            tbs = _inside(tbs)[1]
        dates = _inside(tbs, _SEQUENCE)[0]
        after = _inside(dates)[1]
        return Validity(_time(dates), _time(after))
    except IndexError:
        raise ValueError("is not a certificate") from None


def _inside(der: bytes, tag: int | None = None) -> tuple[bytes, bytes]:
    """Open the first element: what is in it, and what follows it."""
    if tag is not None and der[0] != tag:
        raise ValueError("is not a certificate")
    length, start = der[1], 2
    if length & 0x80:
        start = 2 + (length & 0x7F)
        length = int.from_bytes(der[2:start], "big")
    return der[start : start + length], der[start + length :]


def _time(der: bytes) -> datetime:
    digits = _inside(der)[0].decode("ascii")
    if der[0] == _UTC_TIME:
        digits = ("19" if digits >= "50" else "20") + digits
    elif der[0] != _GENERALIZED_TIME:
        raise ValueError("is not a certificate")
    return datetime.strptime(digits, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
