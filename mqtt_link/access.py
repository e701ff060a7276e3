"""Where the broker is and how to be let in: passwords, keys and certificates, all from files.

Files are read anew for every connection, so a new password or certificate needs no restart. What
is secret must be readable by its owner alone, and no message of this module holds any of it.
"""

import hashlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from mqtt_link import fault
from mqtt_link.certificate import Validity, validity
from mqtt_link.fault import Code, Fault


class AccessError(Exception):
    """The files cannot be used; `fault` names the key and what to do."""

    def __init__(self, trouble: Fault) -> None:
        super().__init__(str(trouble))
        self.fault = trouble


class BrokerKeys(Protocol):
    """The keys that the sections [sync] and [center] of the settings share."""

    @property
    def broker(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def client_id(self) -> str: ...
    @property
    def username(self) -> str: ...
    @property
    def password_file(self) -> Path | None: ...
    @property
    def tls_ca(self) -> Path | None: ...
    @property
    def tls_cert(self) -> Path | None: ...
    @property
    def tls_key(self) -> Path | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The way to one broker, as the settings name it."""

    host: str
    port: int
    client_id: str
    username: str = ""
    password_file: Path | None = None
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    section: str = "sync"
    """Where in the settings a technician finds these keys."""

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def of_settings(section: str, keys: BrokerKeys, *, client_id: str) -> Access:
    """The access that a section of the settings describes; `client_id` where it names none."""
    return Access(
        host=keys.broker,
        port=keys.port,
        client_id=keys.client_id or client_id,
        username=keys.username,
        password_file=keys.password_file,
        tls_ca=keys.tls_ca,
        tls_cert=keys.tls_cert,
        tls_key=keys.tls_key,
        section=section,
    )


class _Context(ssl.SSLContext):
    """Trusts the city's authority alone; its newest socket can be closed when paho forgets to."""

    newest: ssl.SSLSocket | None = None

    def wrap_socket(self, *args: Any, **options: Any) -> ssl.SSLSocket:  # noqa: ANN401
        """As `ssl` does; handed through unchanged."""
        self.newest = super().wrap_socket(*args, **options)
        return self.newest


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the files held, ready for one connection."""

    password: str | None
    context: _Context | None
    ends: Mapping[str, datetime] = field(default_factory=dict)
    """When the certificates in our files end, by the words for each."""

    def abandon(self) -> None:
        """Close the socket of a handshake that failed."""
        if self.context and self.context.newest:
            self.context.newest.close()


def load(access: Access, now: datetime) -> Credentials:
    """Read and check every file; raises AccessError."""
    password = None
    if access.password_file:
        password = _text(access, "password_file", access.password_file, is_secret=True).strip()
    if not access.tls_ca:
        return Credentials(password, None)
    context, ends = _context(access, now)
    return Credentials(password, context, ends)


def fingerprint(access: Access) -> bytes:
    """Changes whenever one of the files changes its content or its mode, and with nothing else."""
    seen = hashlib.sha256()
    for path in (access.password_file, access.tls_ca, access.tls_cert, access.tls_key):
        try:
            found = path and b"%o %b" % (path.stat().st_mode, path.read_bytes())
        except OSError as error:
            found = str(error.errno).encode()
        seen.update(hashlib.sha256(found or b"").digest())
    return seen.digest()


def _context(access: Access, now: datetime) -> tuple[_Context, dict[str, datetime]]:
    assert access.tls_ca
    authority = _text(access, "tls_ca", access.tls_ca)
    context = _Context(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=authority)
        ends = {f"the authority's certificate {access.tls_ca}": validity(authority).ends}
    except (ssl.SSLError, ValueError):
        raise _unusable(access, "tls_ca", access.tls_ca, "holds no certificate") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if access.tls_cert and access.tls_key:
        own = f"our certificate {access.tls_cert}"
        dates = _add_own_certificate(access, context, access.tls_cert, access.tls_key)
        if trouble := fault.of_dates(own, dates, now):
            raise AccessError(trouble)
        ends[own] = dates.ends
    return context, ends


def _add_own_certificate(
    access: Access, context: ssl.SSLContext, certificate: Path, key: Path
) -> Validity:
    text = _text(access, "tls_cert", certificate)
    _text(access, "tls_key", key, is_secret=True)
    try:
        dates = validity(text)
        # Without a password of ours, OpenSSL would ask for one on the terminal and hang a daemon.
        context.load_cert_chain(certificate, key, password="")
    except ValueError as error:
        raise _unusable(access, "tls_cert", certificate, str(error)) from None
    except OSError:  # ssl.SSLError too
        raise _unusable(
            access, "tls_key", key, f"is not the unencrypted key of {certificate}"
        ) from None
    return dates


def _text(access: Access, key: str, path: Path, *, is_secret: bool = False) -> str:
    try:
        if is_secret and path.stat().st_mode & 0o077:
            raise _unusable(access, key, path, f"is readable by others; run chmod 600 {path}")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise _unusable(access, key, path, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise _unusable(access, key, path, "is not text") from None


def _unusable(access: Access, key: str, path: Path, why: str) -> AccessError:
    return AccessError(Fault(Code.FILES, f"{access.section}.{key}: {path} {why}"))
