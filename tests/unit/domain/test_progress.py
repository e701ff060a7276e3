"""What a ticket number may reveal, and when a tick is true."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

import pytest

from appliance.domain.ids import Ticket
from appliance.domain.service_request import Sensitivity, Status, StatusEntry
from web.progress import PublicStatus, public_status

SENT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)

TICKET = Ticket("07123450")


@dataclass(frozen=True, kw_only=True)
class Stored:
    ticket: Ticket = TICKET
    sensitivity: Sensitivity = Sensitivity.PUBLIC
    agency: str = "DLHK"
    status: Status = Status.RECEIVED
    created_at: datetime = SENT
    acked: bool = False


def entries(*statuses: Status) -> list[StatusEntry]:
    return [
        StatusEntry(
            status=status,
            message=f"kabar {n}" if n else "",
            agency=None,
            at=SENT + n * timedelta(days=1),
        )
        for n, status in enumerate(statuses)
    ]


def seen(request: Stored, *statuses: Status) -> PublicStatus:
    return public_status(request, entries(Status.RECEIVED, *statuses), str.title)


def way(status: PublicStatus) -> list[tuple[str, bool]]:
    return [(tick.step, tick.is_done) for tick in status.ticks]


def test_a_new_report_has_only_its_first_tick() -> None:
    assert way(seen(Stored())) == [
        ("stored", True),
        ("city", False),
        ("forwarded", False),
        ("in_progress", False),
        ("resolved", False),
    ]


def test_the_city_is_ticked_only_once_it_has_acknowledged() -> None:
    assert ("city", True) in way(seen(Stored(acked=True)))
    verified = seen(Stored(status=Status.VERIFIED), Status.VERIFIED)
    assert ("city", True) not in way(verified)


def test_a_step_that_was_skipped_is_left_out_not_ticked() -> None:
    status = seen(Stored(acked=True, status=Status.IN_PROGRESS), Status.IN_PROGRESS)
    assert way(status) == [
        ("stored", True),
        ("city", True),
        ("in_progress", True),
        ("resolved", False),
    ]


def test_a_reopened_report_is_no_longer_done_or_in_progress() -> None:
    status = seen(
        Stored(acked=True, status=Status.REOPENED),
        Status.FORWARDED,
        Status.IN_PROGRESS,
        Status.RESOLVED,
        Status.REOPENED,
    )
    assert way(status)[2:] == [("forwarded", True), ("in_progress", False), ("resolved", False)]


def test_a_dead_end_promises_no_further_step() -> None:
    status = seen(Stored(acked=True, status=Status.NOT_OURS), Status.NOT_OURS)
    assert way(status) == [("stored", True), ("city", True)]
    assert status.state == "bukan_wewenang"


def test_a_closed_report_keeps_the_day_it_was_resolved() -> None:
    status = seen(
        Stored(acked=True, status=Status.CLOSED), Status.FORWARDED, Status.RESOLVED, Status.CLOSED
    )
    assert status.ticks[-1].is_done
    assert status.ticks[-1].at == SENT + timedelta(days=2)


@pytest.mark.parametrize("status", list(Status))
def test_a_confidential_report_shows_one_state_whatever_it_is(status: Status) -> None:
    request = Stored(sensitivity=Sensitivity.CONFIDENTIAL, status=status, acked=True)
    assert seen(request, status) == PublicStatus(ticket="07123450", state="ditangani")


def test_messages_come_newest_first_and_empty_ones_not_at_all() -> None:
    status = seen(Stored(status=Status.IN_PROGRESS), Status.FORWARDED, Status.IN_PROGRESS)
    assert [message.text for message in status.messages] == ["kabar 2", "kabar 1"]


def test_the_public_status_has_no_place_for_personal_data() -> None:
    names = {field.name for field in fields(PublicStatus)}
    assert names == {"ticket", "state", "ticks", "messages"}


def test_reached_means_ticked() -> None:
    status = seen(Stored(acked=True))
    assert status.has_reached("city")
    assert not status.has_reached("resolved")
    assert not seen(Stored(sensitivity=Sensitivity.CONFIDENTIAL, acked=True)).has_reached("stored")
