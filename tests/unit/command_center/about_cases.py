"""What people say and do about a case, what its history says, and what its box is told."""

from datetime import datetime

from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from appliance.domain.city import wire
from appliance.domain.events import Event
from appliance.domain.events.requests import FollowedUp
from appliance.domain.events.staff import OfficialReplied, StaffActed
from command_center.cases import casework
from command_center.store.cases import case_history, case_links
from command_center.store.cases.requests import CityRequest
from command_center.store.database import reading
from tests.conftest import START
from tests.unit.command_center.city import (
    going_down,
    request,
    tell,
)


def said(case: CityRequest | None = None, wish: str = "belum", **changes: object) -> FollowedUp:
    """What the reporter says about it later on."""
    values: dict[str, object] = {
        "follow_up_id": "follow-up-1",
        "request_id": case.request_id if case else "",
        "wish": wish,
        "text": "",
        "at": START,
    }
    return FollowedUp(**{**values, **changes})  # type: ignore[arg-type]


def replied(case: CityRequest, status: str = "diproses", **changes: object) -> OfficialReplied:
    """What an official answers by SMS."""
    values: dict[str, object] = {
        "reply_id": "reply-1",
        "request_id": case.request_id,
        "status": status,
        "text": "petugas berangkat",
        "official": "Kepala Bidang",
        "agency": "DISHUB",
        "at": START,
    }
    return OfficialReplied(**{**values, **changes})  # type: ignore[arg-type]


def acted(case: CityRequest, act: str = "status", **changes: object) -> StaffActed:
    """What staff do at the desk."""
    values: dict[str, object] = {
        "action_id": "action-1",
        "request_id": case.request_id,
        "act": act,
        "by": "rina",
        "at": START,
    }
    return StaffActed(**{**values, **changes})  # type: ignore[arg-type]


def move(engine: Engine, case: CityRequest, *statuses: Status, when: datetime = START) -> None:
    """Officers move a case, but its reporter closes it."""
    for status in statuses:
        if status is Status.CLOSED:
            tell(engine, said(case, "sudah", follow_up_id="closes"))
            continue
        casework.change_status(engine, case.request_id, status, "karena itu", by="Rina", now=when)


def lines(engine: Engine, case: CityRequest) -> list[tuple[str, str, str]]:
    """The history: by whom, which status, in which words."""
    with reading(engine) as connection:
        history = case_history.of_request(connection, request(engine, case.request_id))
    return [(entry.by, entry.status, entry.message) for entry in history]


def sent(engine: Engine) -> list[Event]:
    """What the box is told."""
    events = [wire.decode_event(one.kind, one.payload.encode()) for one in going_down(engine)]
    return [event for event in events if event is not None]


def parent(engine: Engine, case: CityRequest) -> str | None:
    with reading(engine) as connection:
        return case_links.parent_of(connection, case.request_id)
