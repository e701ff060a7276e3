"""The city's certificate authority: what it signs for boxes, and what it no longer stands for.

Its key is a file of mode 0600 that only the command center's user can read; no message holds any
of it. Who has this file can make himself a box of any site (docs/runbook.md).
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from appliance.domain.city.enrolment import CSR_MAX_CHARS
from appliance.domain.errors import BadInput, PoskoError
from appliance.domain.ids import SiteCode
from command_center.store.fleet.credentials import Credential
from mqtt_link import certificate, openssl
from mqtt_link.openssl import OpensslError

SERIAL_BITS = 127
"""Random, so that nobody can foresee one (CA/Browser Forum asks for 64)."""
CLOCKS_DIFFER = timedelta(hours=1)
"""A certificate begins that much earlier, for boxes whose clock is behind."""
CRL_DAYS = 3650
"""A broker refuses everybody once its list has ended, so it outlives the authority."""


class AuthorityError(PoskoError, RuntimeError):
    """The authority's files or `openssl` cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The files of the authority; looked at when they are needed."""

    ca: Path
    key: Path
    good_for: timedelta

    def sign(self, csr: str, site: SiteCode, now: datetime) -> Credential:
        """A certificate that says: this key is the box of this site. Raises BadInput for a request
        that asks for anything else."""
        key = key_of_request(csr, site)
        try:
            pem = openssl.signed(
                csr,
                ca=self.ca,
                ca_key=self._key(),
                serial=_serial(),
                begins=now - CLOCKS_DIFFER,
                ends=now + self.good_for,
            )
        except OpensslError as error:
            raise AuthorityError(f"fleet.ca_key cannot sign: {error}") from None
        return replace(credential(site, pem, key), issued_at=now)

    def revocation_list(self, revoked: list[Credential]) -> str:
        """The CRL for the broker."""
        listed = {c.serial: c.revoked_at for c in revoked if c.serial and c.revoked_at}
        try:
            return openssl.revocation_list(listed, ca=self.ca, ca_key=self._key(), days=CRL_DAYS)
        except OpensslError as error:
            raise AuthorityError(f"fleet.ca_key cannot sign: {error}") from None

    def _key(self) -> Path:
        try:
            if self.key.stat().st_mode & 0o077:
                raise AuthorityError(
                    f"fleet.ca_key: {self.key} is readable by others; run chmod 600 {self.key}"
                )
        except OSError as error:
            raise AuthorityError(f"fleet.ca_key: {self.key}: {error.strerror}") from None
        return self.key


def key_of_request(csr: str, site: SiteCode) -> str:
    """What a request for a certificate brings (`Credential.key`); raises BadInput."""
    if len(csr) > CSR_MAX_CHARS:
        raise BadInput("the request for a certificate is too long")
    try:
        subject, public = openssl.requested(csr)
    except OpensslError as error:
        raise BadInput(f"no request for a certificate of P-256: {error}") from None
    if subject != f"CN={site.site}":
        raise BadInput(f"the request is for {subject[:60]}, not for CN={site.site}")
    return sha256(public).hexdigest()


def credential(site: SiteCode, pem: str, key: str = "") -> Credential:
    """A certificate as the city keeps it; raises BadInput when it is of another site."""
    try:
        subject, public, serial = openssl.subject_and_key(pem)
        dates = certificate.validity(pem)
    except (OpensslError, ValueError) as error:
        raise BadInput(f"no certificate: {error}") from None
    if subject != f"CN={site.site}" or key not in ("", sha256(public).hexdigest()):
        raise BadInput(f"the certificate is of {subject[:60]}, not of CN={site.site}")
    return Credential(
        site=site,
        key=sha256(public).hexdigest(),
        certificate=pem,
        serial=serial,
        issued_at=dates.begins,
        ends_at=dates.ends,
    )


def _serial() -> int:
    return secrets.randbits(SERIAL_BITS) | 1
