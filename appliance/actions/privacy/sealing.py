"""Sealing what is confidential before it is stored: the box keeps what only the unit can open.

Of such a request the box keeps ticket, kind, agency, status and, to answer by SMS, the phone; its
event carries no phone. Without a key nothing is sealed, and `posko status` says so.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from appliance.domain.cases.service_request import Sensitivity, ServiceRequest
from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.domain.privacy import sealing
from appliance.domain.privacy.sealing import Content, Holder
from appliance.store.city import city_tables
from appliance.store.database import connect, transaction
from appliance.store.privacy import sealing_keys

OFF = (
    "OFF: confidential reports are stored and sent readable; make a key with "
    "`posko-center sealing-key new FILE` and set its line in [sealing]"
)


def configure(path: Path, keys: Mapping[str, str]) -> None:
    """Let the database at `path` know the keys of the settings; each daemon does as it starts."""
    with closing(connect(path)) as db:
        if sealing_keys.every(db) != dict(keys):
            with transaction(db):
                sealing_keys.replace(db, keys)


def keys(db: sqlite3.Connection) -> dict[str, str]:
    """The keys in force: the city's table, else those of the settings."""
    return _of_city(db) or sealing_keys.every(db)


def _of_city(db: sqlite3.Connection) -> dict[str, str]:
    """The city's keys; none where a release that did not check it has taken a bad table."""
    try:
        return sealing.parse_table(city_tables.rows(db, sealing.TABLE))
    except BadInput:
        return {}


def state(db: sqlite3.Connection) -> str:
    """In words, for the technician and the city: by whose keys, or that nothing is sealed."""
    of_city = _of_city(db)
    if not (found := of_city or sealing_keys.every(db)):
        return OFF
    source = "the city's table" if of_city else "[sealing] of the settings"
    units = ", ".join(f"{unit} {sealing.short(key)}" for unit, key in found.items())
    return f"on, by {source}: {units}"


def gauges(db: sqlite3.Connection) -> dict[str, str]:
    """The same as gauges; the city's first page shows `advice`, empty while all is well."""
    found = state(db)
    return {"sealing": found, "advice": f"sealing is {found}" if found == OFF else ""}


def holder(db: sqlite3.Connection, sensitivity: Sensitivity, agency: str) -> Holder | None:
    """To whom a request is sealed; None if it is not confidential, or there is no key."""
    if sensitivity is not Sensitivity.CONFIDENTIAL:
        return None
    return sealing.holder(keys(db), agency)


def protect(db: sqlite3.Connection, request: ServiceRequest) -> ServiceRequest:
    """The request as it may be stored: sealed, if it must be and can be."""
    to = holder(db, request.sensitivity, request.agency)
    if to is None:
        return request
    content = Content(
        request_id=request.id,
        at=request.created_at,
        said="laporan",
        text=request.text,
        category=request.category,
        phone=request.reporter_phone.e164 if request.reporter_phone else None,
        name=request.reporter_name,
        location=request.location,
        kelurahan=request.kelurahan,
    )
    return replace(
        request,
        category=sealing.TOPIC,
        text=sealing.placeholder(to),
        reporter_name=None,
        location=None,
        kelurahan=None,
        destination=None,
        sealed=sealing.seal(content, to),
    )


def holder_of(db: sqlite3.Connection, request: ServiceRequest) -> Holder | None:
    """Who may read what is said about a stored request; None where it is kept readable.

    It is the unit that has the report, whoever the agency is by now: that may be the accused. If
    that unit has no key any more, the one of the report still is good enough. What was sealed and
    handed over, or stored before there was a key, goes by the agency.
    """
    if request.sealed is None:
        return holder(db, request.sensitivity, request.agency)
    first = sealing.parse(request.sealed).holder
    return Holder(first.unit, keys(db).get(first.unit, first.key))


def addition(
    request: ServiceRequest, to: Holder | None, said: str, text: str, now: Moment
) -> str | None:
    """Seal what is said later about a request; None if there is nothing to seal."""
    if to is None or not text:
        return None
    content = Content(request_id=request.id, at=now.wall, said=said, text=text)
    return sealing.seal(content, to)
