"""Why there is no connection, in words that name who must act; pure."""

import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mqtt_link.certificate import Validity


class Code(StrEnum):
    """The kinds of trouble a technician tells apart."""

    DNS = "dns"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    FILES = "files"
    WRONG_CA = "wrong-ca"
    WRONG_HOST = "wrong-host"
    EXPIRED = "expired"
    CLOCK = "clock"
    CERTIFICATE = "certificate-refused"
    TLS = "tls"
    LOST = "lost"
    SILENT = "silent"
    CLONE = "clone"
    RENEWING = "renewing"
    BUG = "bug"


@dataclass(frozen=True, slots=True)
class Fault:
    """One trouble and what to do about it."""

    code: Code
    words: str

    def __str__(self) -> str:
        return f"{self.code}: {self.words}"


WARN_BEFORE = timedelta(days=30)
"""Time for a letter to the city and a visit to the box."""
_NOT_YET_VALID, _EXPIRED = 9, 10
_WRONG_NAMES = (62, 63, 64)
"""X509_V_ERR codes of OpenSSL's x509_vfy.h."""


def is_about_dates(error: Exception) -> bool:
    """Whether the broker's certificate was turned down for its dates alone."""
    return isinstance(error, ssl.SSLCertVerificationError) and error.verify_code in (
        _NOT_YET_VALID,
        _EXPIRED,
    )


def of_attempt(error: Exception) -> Fault:
    """Why an attempt to connect failed, where dates are not the cause."""
    match error:
        case socket.gaierror() | UnicodeError():
            return Fault(Code.DNS, "the broker's name is not known; check its spelling and the DNS")
        case ssl.SSLCertVerificationError() if error.verify_code in _WRONG_NAMES:
            return Fault(
                Code.WRONG_HOST,
                "the broker's certificate is for another name; set `broker` to a name in it",
            )
        case ssl.SSLCertVerificationError():
            return Fault(
                Code.WRONG_CA,
                f"the broker's certificate is not of the authority in tls_ca "
                f"({error.verify_message}); get the city's CA file, or somebody poses as the city",
            )
        case ssl.SSLError():
            told = getattr(error, "reason", None) or error
            return of_alert(str(error)) or Fault(
                Code.TLS, f"no TLS with the broker ({told}); is this its TLS port?"
            )
    what = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return Fault(Code.UNREACHABLE, f"{what}; check cable, address, port and the broker itself")


def of_dates(whose: str, validity: Validity, now: datetime) -> Fault | None:
    """Whether a certificate is out of its time; None when it is not."""
    clock = _clock(now)
    if now < validity.begins:
        return Fault(
            Code.CLOCK, f"{clock}, but {whose} begins {validity.begins:%Y-%m-%d}; set the clock"
        )
    if now > validity.ends:
        return Fault(
            Code.EXPIRED,
            f"{whose} ended {validity.ends:%Y-%m-%d}; make a new one ({clock}: if that is wrong, "
            "set the clock)",
        )
    return None


def of_ends(ends: Mapping[str, datetime], now: datetime) -> str:
    """Which certificates end within WARN_BEFORE, and what to do; empty when none does."""
    soon = [
        f"{whose} ends {end:%Y-%m-%d}" for whose, end in ends.items() if end - now <= WARN_BEFORE
    ]
    if not soon:
        return ""
    return f"{' and '.join(soon)}; make and install a new one before (runbook: certificate ends)"


def of_unknown_dates(now: datetime) -> Fault:
    """A certificate on the broker's side is out of its time, and we cannot tell by how much."""
    return Fault(
        Code.CLOCK,
        f"{_clock(now)}, and the broker's certificates are not valid then; compare the two",
    )


def _clock(now: datetime) -> str:
    return f"this machine's clock says {now:%Y-%m-%d}"


_OUR_CERTIFICATE = {
    "CERTIFICATE_EXPIRED": "it has expired",
    "UNKNOWN_CA": "it is not of the city's authority",
    "CERTIFICATE_REQUIRED": "there is none: set tls_cert and tls_key",
    "HANDSHAKE_FAILURE": "it may be missing: set tls_cert and tls_key",
    "CERTIFICATE_REVOKED": "it has been revoked",
    "BAD_CERTIFICATE": "it is not valid, or not yet by the broker's clock",
}


def of_alert(text: str) -> Fault | None:
    """What the broker's TLS told about our certificate, if `text` holds one of its alerts."""
    match = re.search(r"ALERT_([A-Z_]+)", text)
    if match is None:
        return None
    why = _OUR_CERTIFICATE.get(match[1])
    if why is None:
        return Fault(Code.TLS, f"the broker broke off TLS ({match[1]})")
    return Fault(Code.CERTIFICATE, f"the broker refuses our certificate; {why}")


def of_refusal(words: str) -> Fault:
    """The broker's CONNACK said no; MQTT 3.1.1 names the reason."""
    return Fault(
        Code.REFUSED,
        f"the broker says {words!r}; check username and password_file, or the certificate's name",
    )


def of_loss(
    told: str, *, was_accepted: bool, was_served: bool, is_known: bool, is_silence: bool
) -> Fault:
    """A connection ended; `told` is what the socket said of it, if anything.

    `is_known`: this broker has let us in before, so that port and TLS are right.
    """
    if alert := of_alert(told):
        return alert
    if is_silence or "timed out" in told:
        return Fault(Code.SILENT, "the broker stopped answering; the line may be cut halfway")
    how = told.rpartition("] ")[2] or "the broker closed the connection"
    if was_served:
        return Fault(Code.LOST, how)
    if was_accepted:
        hint = "right after letting us in; if that goes on, the broker's log says why"
    elif "violation of protocol" in told:
        hint = "without saying why; if that goes on, it may refuse our certificate: see its log"
    elif is_known:
        hint = "before it answered; it may be starting, it is tried again"
    else:
        hint = "before it answered; does this port want TLS?"
    return Fault(Code.LOST, f"{how} {hint}")


def clone(client_id: str) -> Fault:
    """The broker lets us in and throws us out, again and again."""
    return Fault(
        Code.CLONE,
        f"thrown out again and again; another machine seems to use the client id {client_id} "
        "(a copied card?): give each its own site, or switch one off",
    )
