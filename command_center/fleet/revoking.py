"""Taking back what a box proves itself with: at the city at once, at the broker right after.

The city's own refusal needs nobody: from the commit on, what comes from the site is set aside
(`reception`). The broker reads its files anew, and since it lets a connection live that was there
before, the city then takes the box's place for a moment, which ends it (MQTT 3.1.1, 3.1.4).
"""

import logging
import tempfile
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from appliance.domain.cases.service_request import clean_text
from appliance.domain.errors import BadInput
from appliance.domain.ids import SiteCode
from command_center.fleet import authority, enrolling, takeover
from command_center.fleet.authority import Authority
from command_center.fleet.broker_files import BrokerFilesError
from command_center.fleet.office import Office
from command_center.store.database import reading, writing
from command_center.store.fleet import barred, boxes, credentials, enrolments
from command_center.store.fleet.credentials import Credential
from mqtt_link import openssl
from mqtt_link.access import Access, AccessError

log = logging.getLogger(__name__)

REASON_MAX_CHARS = 200
REFUSED_WITHIN_S, ASK_EVERY_S = 15.0, 0.3
_BY_HAND = (
    "restart mosquitto (the boxes lose nothing by it), see its log, and give the command again; "
    "the city itself takes nothing from this box any more"
)


def revoke(engine: Engine, site: SiteCode, reason: str, *, is_box_lost: bool, now: datetime) -> int:
    """Take back all that a site has, and listen to it no more until a box is enrolled there again.

    `is_box_lost`: nor ever to the database that this box has. Returns how many credentials were
    valid. Raises BadInput where the city knows of none and never has.
    """
    words = clean_text(reason)
    if not 1 <= len(words) <= REASON_MAX_CHARS:
        raise BadInput(f"a reason has 1 to {REASON_MAX_CHARS} characters")
    with writing(engine) as connection:
        if not credentials.of_site(connection, site):
            raise BadInput(
                f"the city knows no credential of {site}; if its certificate was made by "
                f"make-certificates.sh: posko-center fleet adopt pki/{site.site}.pem"
            )
        taken = credentials.revoke(connection, site, words, now)
        enrolments.withdraw(connection, site)
        barred.bar(connection, site, barred.WHOLE, now)
        boxes.put_offline(connection, site)
        if is_box_lost:
            box = boxes.of_site(connection, site)
            if box is not None and box.epoch:
                barred.bar(connection, site, box.epoch, now)
    log.warning("box revoked site=%s credentials=%s lost=%s", site, taken, is_box_lost)
    return taken


def tell_broker(engine: Engine, office: Office, *others: Credential) -> None:
    """Make the broker's files true, and let it read them. Raises a PoskoError."""
    if office.files is None:
        raise BadInput(
            "the broker is not told: set fleet.broker_folder and fleet.reload (deploy/README.md)"
        )
    with reading(engine) as connection:
        everybody = credentials.every(connection)
    office.files.write([*everybody, *others], office.authority)


def adopt(engine: Engine, certificates: list[str]) -> list[SiteCode]:
    """Know certificates that were made by hand, so that they can be revoked; repeats well."""
    found = []
    for pem in certificates:
        try:
            subject, _, _ = openssl.subject_and_key(pem)
        except openssl.OpensslError as error:
            raise BadInput(f"no certificate: {error}") from None
        site = enrolling.site_of(engine, subject.removeprefix("CN="))
        found.append(authority.credential(site, pem))
    with writing(engine) as connection:
        known = {c.serial for c in credentials.every(connection)}
        for one in found:
            if one.serial not in known:
                credentials.add(connection, one)
    return [one.site for one in found]


def shut_out(engine: Engine, office: Office, site: SiteCode, now: datetime) -> None:
    """Have the broker refuse what a box was given, and end the connection that it may still have.

    Repeats well. Raises a PoskoError that says what is left to
    do by hand.
    """
    if office.authority is None:
        tell_broker(engine, office)  # which ends connections whose password is gone
        return
    with tempfile.TemporaryDirectory(prefix="posko-revoke-") as name:
        revoked = _passport(office.authority, site, Path(name) / "revoked.pem", now)
        valid = _passport(office.authority, site, Path(name) / "valid.pem", now)
        tell_broker(engine, office, replace(revoked, revoked_at=now))
        try:
            _wait_until_refused(_as(office.access, site, Path(name) / "revoked.pem"), now)
            is_taken = takeover.is_let_in(_as(office.access, site, Path(name) / "valid.pem"), now)
        except (OSError, AccessError) as error:
            raise BrokerFilesError(f"the broker cannot be asked ({error}); {_BY_HAND}") from None
    if not is_taken:
        raise BrokerFilesError(f"{valid.site}: its connection could not be ended; {_BY_HAND}")


def _passport(signer: Authority, site: SiteCode, file: Path, now: datetime) -> Credential:
    """A certificate of that site for an hour, whose key is gone in a moment."""
    key = openssl.new_key()
    brief = replace(signer, good_for=timedelta(hours=1))
    made = brief.sign(openssl.request(key, site.site), site, now)
    file.touch(0o600)
    file.write_text(key + made.certificate, encoding="ascii")
    return made


def _as(where: Access, site: SiteCode, file: Path) -> Access:
    return replace(where, client_id=site.site, tls_cert=file, tls_key=file)


def _wait_until_refused(where: Access, now: datetime) -> None:
    """Until the broker has read its files: it then refuses what stands in them as revoked."""
    until_s = time.monotonic() + REFUSED_WITHIN_S
    while takeover.is_let_in(where, now):
        if time.monotonic() > until_s:
            raise BrokerFilesError(f"the broker still lets in who is revoked; {_BY_HAND}")
        time.sleep(ASK_EVERY_S)
