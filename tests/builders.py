"""Builders with defaults for the values that tests are about."""

import itertools
from datetime import UTC, datetime

from appliance.domain.archive.card import Access, Card
from appliance.domain.cases.service_request import (
    Channel,
    Draft,
    Kind,
    Sensitivity,
    ServiceRequest,
    Status,
)
from appliance.domain.city import wire
from appliance.domain.events import Event
from appliance.domain.events.orders import CommandIssued
from appliance.domain.hours import DailyHours
from appliance.domain.ids import Ticket
from appliance.domain.phone import Msisdn
from appliance.domain.sms.received import ReceivedPart, ReceivedSms
from appliance.domain.wifi.sessions import Session, ZonePolicy

PHONE = Msisdn("+6281234567890")
CLOCK = wire.Clock(boot="boot-of-tests", mono=1)
CITY_EPOCH = "c17ec17e"
_numbers = itertools.count(1)


def a_draft(text: str = "lampu jalan mati di jl Rajawali", **changes: object) -> Draft:
    """A draft of a resident who left a phone number."""
    values: dict[str, object] = {
        "channel": Channel.PORTAL,
        "text": text,
        "submission_id": f"00000000-0000-7000-8001-{next(_numbers):012d}",
        "reporter_phone": PHONE,
    }
    return Draft(**{**values, **changes})  # type: ignore[arg-type]


def a_request(**changes: object) -> ServiceRequest:
    """A stored request of nobody in particular, sent at the beginning of the tests' time."""
    sent = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    values: dict[str, object] = {
        "id": "00000000-0000-7000-8000-000000000001",
        "ticket": Ticket("07123450"),
        "channel": Channel.PORTAL,
        "kind": Kind.COMPLAINT,
        "category": "sampah",
        "sensitivity": Sensitivity.PUBLIC,
        "agency": "DLHK",
        "status": Status.RECEIVED,
        "text": "Sampah menumpuk",
        "reporter_phone": None,
        "reporter_name": None,
        "location": None,
        "kelurahan": None,
        "created_at": sent,
        "updated_at": sent,
        "acked": False,
    }
    return ServiceRequest(**{**values, **changes})  # type: ignore[arg-type]


def a_batch(
    *events: Event, first: int = 1, epoch: str = CITY_EPOCH, lane: str = "p1"
) -> wire.Batch:
    """A batch of known events."""
    return wire.Batch(
        epoch=epoch,
        lane=lane,  # type: ignore[arg-type]
        first=first,
        sent=CLOCK,
        events=[
            wire.WireEvent(y=event.KIND, c=CLOCK, d=wire.raw(wire.encode_event(event).decode()))
            for event in events
        ],
    )


def a_command(name: str = "report", **changes: object) -> CommandIssued:
    """A command that the city has issued at the beginning of the tests' time, for an hour."""
    values: dict[str, object] = {
        "command_id": f"command-{next(_numbers)}",
        "name": name,
        "args": {},
        "issued_at": datetime(2026, 11, 21, 2, 0, tzinfo=UTC),
        "expires_s": 3600,
    }
    return CommandIssued(**{**values, **changes})  # type: ignore[arg-type]


def a_part(tpdu: bytes = b"\x04tpdu", **changes: object) -> ReceivedPart:
    """One received TPDU; the fingerprint follows from its bytes."""
    values: dict[str, object] = {
        "fingerprint": tpdu.hex().ljust(64, "0")[:64],
        "tpdu": tpdu,
        "sender": PHONE.e164,
    }
    return ReceivedPart(**{**values, **changes})  # type: ignore[arg-type]


def an_sms(text: str, *part_ids: int, phone: Msisdn | None = PHONE) -> ReceivedSms:
    """A whole message made of stored parts."""
    sender = phone.e164 if phone else "TELKOMSEL"
    return ReceivedSms(sender=sender, phone=phone, text=text, part_ids=part_ids)


def a_card(**changes: object) -> Card:
    """A public decree of 2024 that is kept for ever."""
    values: dict[str, object] = {
        "title": "Pembentukan Satgas Kebersihan",
        "number": "188.45/12/2024",
        "year": 2024,
        "kind": "sk",
        "access": Access.PUBLIC,
        "retain_until": None,
    }
    return Card(**{**values, **changes})  # type: ignore[arg-type]


def a_wifi_session(**changes: object) -> Session:
    """A session that a phone has just been granted, in hall `kantor`; the gate has not seen it."""
    values: dict[str, object] = {
        "id": "a",
        "zone": "kantor",
        "device": "d" * 32,
        "mac": "02:00:5e:10:00:01",
        "terms_version": "1",
        "granted_s": 3600,
        "granted_bytes": 1_000_000,
        "opened_at": datetime(2026, 11, 21, 2, 0, tzinfo=UTC),
        "ended_by": None,
        "slot": None,
        "used_s": 0,
        "up_bytes": 0,
        "down_bytes": 0,
        "lease_boot_id": None,
        "lease_mono_ms": 0,
        "closed_as": None,
        "closed_at": None,
    }
    return Session(**{**values, **changes})  # type: ignore[arg-type]


def a_zone_policy(**changes: object) -> ZonePolicy:
    """The hall `kantor`: an hour a session, always open, nothing else limited."""
    values: dict[str, object] = {
        "zone": "kantor",
        "session_s": 3600,
        "session_bytes": None,
        "daily_s": 0,
        "max_sessions": 0,
        "opening_hours": DailyHours.parse("00:00-00:00"),
    }
    return ZonePolicy(**{**values, **changes})  # type: ignore[arg-type]
