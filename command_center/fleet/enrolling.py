"""Codes for boxes, and what a box gets for one.

The first key that comes with a code is the only one it is ever good for: the same box may ask
again until the code ends, and gets the same answer. So nothing is lost when the answer is, and
nobody else can use the code afterwards.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, Engine

from appliance.domain.city import enrolment
from appliance.domain.city.enrolment import Answer, Ask, Code, Envelope
from appliance.domain.errors import BadInput
from appliance.domain.ids import SiteCode
from command_center.fleet import authority, broker_files
from command_center.fleet.office import Office
from command_center.store import this_city
from command_center.store.database import reading, writing
from command_center.store.fleet import barred, credentials, enrolments
from command_center.store.fleet.credentials import Credential
from command_center.store.fleet.enrolments import Enrolment

log = logging.getLogger(__name__)

GOOD_FOR = timedelta(hours=24)
WRONG_MAX = 5
"""From then on a code is dead, whoever tries it."""


class Refusal(StrEnum):
    """Why a box gets nothing; what of it a stranger is told is `unknown` or `wrong` alone."""

    UNKNOWN = "unknown"
    """No such code, or it has ended."""
    WRONG = "wrong"
    USED = "used"
    """By another key."""
    SITE = "site"
    """The box says that it stands elsewhere."""
    REQUEST = "request"
    """What it brought is no request for a certificate of this site, or no password."""
    LOGIN = "login"
    """The city gives no certificates, or no passwords."""
    VERSION = "version"
    """The box speaks another one."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """A message that was made with a code, and the city's side of it."""

    code: Code
    known: Enrolment
    ask: Ask


def site_of(engine: Engine, text: str) -> SiteCode:
    """A kecamatan of this city by its code, `147107` or `14.71.07`; raises BadInput."""
    with reading(engine) as connection:
        city = this_city.code(connection)
    plain = text.replace(".", "")
    site = SiteCode.from_topic(plain)
    if site.city != city or site.is_city:
        raise BadInput(f"{site} is no kecamatan of city {city}")
    return site


def new_code(
    engine: Engine, office: Office, site: SiteCode, chance: bytes, *, by: str, now: datetime
) -> Code:
    """Make a code for one box; an earlier one of the site is good no more. Raises BadInput."""
    if not office.can_enrol:
        raise BadInput(
            "boxes cannot be enrolled: set center.tls_ca and fleet.ca_key (or, for passwords, "
            "fleet.broker_folder); deploy/README.md"
        )
    code = enrolment.make(chance)
    with writing(engine) as connection:
        enrolments.forget(connection, now)
        enrolments.add(
            connection,
            Enrolment(
                locator=code.locator,
                secret=code.secret,
                site=site,
                by=by,
                made_at=now,
                expires_at=now + GOOD_FOR,
                wrong=0,
                key=None,
            ),
        )
    log.info("code made site=%s by=%s", site, by)
    return code


def redeem(engine: Engine, office: Office, envelope: Envelope, now: datetime) -> Envelope | Refusal:
    """Give a box what its code is for; says no by value."""
    if envelope.v != enrolment.VERSION:
        return Refusal.VERSION
    with writing(engine) as connection:
        opened = _open(connection, envelope, now)
        if isinstance(opened, Refusal):
            return opened
        key = _bind(connection, office, opened)
    if isinstance(key, Refusal):
        log.warning("enrolment refused site=%s reason=%s", opened.known.site, key)
        return key
    given = _given(engine, office, opened, key, now)
    answer = Answer(
        site=str(opened.known.site),
        broker=office.broker,
        port=office.port,
        ca=office.ca_text(),
        certificate=given.certificate,
        city_keys=list(office.city_keys),
        now=now,
    )
    return enrolment.seal(opened.code, "answer", answer)


def _open(connection: Connection, envelope: Envelope, now: datetime) -> _Opened | Refusal:
    known = enrolments.by_locator(connection, envelope.locator)
    if known is None or known.expires_at <= now or known.wrong >= WRONG_MAX:
        return Refusal.UNKNOWN
    code = Code(known.locator, known.secret)
    try:
        return _Opened(code, known, enrolment.opened(code, "ask", envelope, Ask))
    except BadInput:
        enrolments.count_wrong(connection, known.locator)
        log.warning("wrong code site=%s tries=%s", known.site, known.wrong + 1)
        return Refusal.WRONG


def _bind(connection: Connection, office: Office, opened: _Opened) -> str | Refusal:
    """The key that the code is good for from now on (`Credential.key`), or why it is not."""
    ask, known = opened.ask, opened.known
    if ask.site != str(known.site):
        return Refusal.SITE
    if (office.authority is None) == bool(ask.csr):
        return Refusal.LOGIN
    key = _key(ask, known)
    if key is None:
        return Refusal.REQUEST
    if known.key is None:
        enrolments.bind(connection, known.locator, key)
        return key
    is_same = known.key == key or broker_files.is_hash_of(known.key, ask.password)
    return known.key if is_same else Refusal.USED


def _key(ask: Ask, known: Enrolment) -> str | None:
    """What is kept of the key or the password that a box has made; None if it is neither."""
    if not ask.csr:
        is_good = broker_files.PASSWORD_PATTERN.fullmatch(ask.password)
        return broker_files.hashed(ask.password) if is_good else None
    try:
        return authority.key_of_request(ask.csr, known.site)
    except BadInput as error:
        log.warning("request refused site=%s reason=%s", known.site, error)
        return None


def _given(engine: Engine, office: Office, opened: _Opened, key: str, now: datetime) -> Credential:
    """What this key has got already, or gets now."""
    site = opened.known.site
    with reading(engine) as connection:
        given = credentials.of_key(connection, site, key)
    if given is None:
        made = _new(office, opened, key, now)
        with writing(engine) as connection:
            given = credentials.of_key(connection, site, key) or _keep(connection, made)
    if not given.certificate and office.files is not None:
        with reading(engine) as connection:
            everybody = credentials.every(connection)
        office.files.write(everybody, office.authority)
    return given


def _new(office: Office, opened: _Opened, key: str, now: datetime) -> Credential:
    if office.authority is not None:
        return office.authority.sign(opened.ask.csr, opened.known.site, now)
    return Credential(
        site=opened.known.site,
        key=key,
        certificate="",
        serial=None,
        issued_at=now,
        ends_at=None,
    )


def _keep(connection: Connection, given: Credential) -> Credential:
    credentials.add(connection, given)
    barred.admit(connection, given.site)
    log.info("box enrolled site=%s login=%s", given.site, given.login)
    return given
