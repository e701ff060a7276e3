"""What a ticket number may reveal, and when a tick is true."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest

from appliance.domain.cases.progress import HANDLED, PublicStatus, public_status, stage
from appliance.domain.cases.service_request import Sensitivity, ServiceRequest, Status, StatusEntry
from tests.builders import a_request

SENT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def entries(*statuses: Status) -> list[StatusEntry]:
    return [
        StatusEntry(
            status=status,
            message=f"kabar {n}" if n else "",
            agency="PUPR" if n else None,
            at=SENT + n * timedelta(days=1),
        )
        for n, status in enumerate(statuses)
    ]


def seen(request: ServiceRequest, *statuses: Status) -> PublicStatus:
    return public_status(request, entries(Status.RECEIVED, *statuses))


def way(status: PublicStatus) -> list[tuple[str, bool]]:
    return [(tick.step, tick.is_done) for tick in status.ticks]


def test_a_new_report_has_only_its_first_tick() -> None:
    assert way(seen(a_request())) == [
        ("stored", True),
        ("city", False),
        ("forwarded", False),
        ("in_progress", False),
        ("resolved", False),
    ]


def test_the_city_is_ticked_only_once_it_has_acknowledged() -> None:
    assert ("city", True) in way(seen(a_request(acked=True)))
    verified = seen(a_request(status=Status.VERIFIED), Status.VERIFIED)
    assert ("city", True) not in way(verified)


def test_a_step_that_was_skipped_is_left_out_not_ticked() -> None:
    status = seen(a_request(acked=True, status=Status.IN_PROGRESS), Status.IN_PROGRESS)
    assert way(status) == [
        ("stored", True),
        ("city", True),
        ("in_progress", True),
        ("resolved", False),
    ]


def test_a_reopened_report_is_no_longer_done_or_in_progress() -> None:
    status = seen(
        a_request(acked=True, status=Status.REOPENED),
        Status.FORWARDED,
        Status.IN_PROGRESS,
        Status.RESOLVED,
        Status.REOPENED,
    )
    assert way(status)[2:] == [("forwarded", True), ("in_progress", False), ("resolved", False)]


def test_a_dead_end_promises_no_further_step() -> None:
    status = seen(a_request(acked=True, status=Status.NOT_OURS), Status.NOT_OURS)
    assert way(status) == [("stored", True), ("city", True)]
    assert status.state == "bukan_wewenang"


def test_a_closed_report_keeps_the_day_it_was_resolved() -> None:
    status = seen(
        a_request(acked=True, status=Status.CLOSED),
        Status.FORWARDED,
        Status.RESOLVED,
        Status.CLOSED,
    )
    assert status.ticks[-1].is_done
    assert status.ticks[-1].at == SENT + timedelta(days=2)


@pytest.mark.parametrize("status", list(Status))
def test_a_confidential_report_shows_one_state_whatever_it_is(status: Status) -> None:
    request = a_request(sensitivity=Sensitivity.CONFIDENTIAL, status=status, acked=True)
    assert seen(request, status) == PublicStatus(ticket="07123450", state="ditangani")


@pytest.mark.parametrize("state", [*Status, HANDLED])
def test_every_state_has_a_stage(state: str) -> None:
    stops = {Status.DEFERRED, Status.NOT_OURS, Status.MERGED, Status.ARCHIVED}
    assert (stage(state) == "stop") is (state in stops)
    assert stage("besok") == "stop"


def test_messages_come_newest_first_and_empty_ones_not_at_all() -> None:
    request = a_request(status=Status.IN_PROGRESS)
    moves = entries(Status.RECEIVED, Status.FORWARDED, Status.IN_PROGRESS)
    status = public_status(request, moves, is_unlocked=True)
    assert [message.text for message in status.messages] == ["kabar 2", "kabar 1"]
    assert {message.agency for message in status.messages} == {"Dinas PUPR"}
    assert not status.is_message_withheld


@pytest.mark.parametrize("sensitivity", [Sensitivity.PUBLIC, Sensitivity.MASKED])
def test_a_number_shows_state_agency_and_dates_but_no_message(sensitivity: Sensitivity) -> None:
    request = a_request(sensitivity=sensitivity, status=Status.FORWARDED, agency="PUPR", acked=True)
    status = seen(request, Status.FORWARDED)
    assert (status.state, status.messages, status.is_message_withheld) == ("diteruskan", (), True)
    forwarded = next(tick for tick in status.ticks if tick.step == "forwarded")
    assert (forwarded.agency, forwarded.at) == ("Dinas PUPR", SENT + timedelta(days=1))
    assert status.text == ""


@pytest.mark.parametrize("sensitivity", [Sensitivity.PUBLIC, Sensitivity.MASKED])
def test_with_the_pin_the_text_and_the_messages_are_shown(sensitivity: Sensitivity) -> None:
    request = a_request(sensitivity=sensitivity, text="Sampah di Gg Anggrek", acked=True)
    moves = entries(Status.RECEIVED, Status.FORWARDED)
    status = public_status(request, moves, is_unlocked=True)
    assert (status.text, len(status.messages)) == ("Sampah di Gg Anggrek", 1)
    assert not status.is_message_withheld


def test_no_pin_opens_what_is_confidential() -> None:
    request = a_request(sensitivity=Sensitivity.CONFIDENTIAL, acked=True)
    moves = entries(Status.RECEIVED, Status.FORWARDED)
    assert public_status(request, moves, is_unlocked=True) == public_status(request, moves)


def test_nothing_is_called_withheld_where_nothing_was_said() -> None:
    assert not seen(a_request(sensitivity=Sensitivity.MASKED)).is_message_withheld


def test_the_public_status_has_no_place_for_personal_data_but_the_text() -> None:
    names = {field.name for field in fields(PublicStatus)}
    assert names == {"ticket", "state", "ticks", "messages", "is_message_withheld", "text"}


def test_reached_means_ticked() -> None:
    status = seen(a_request(acked=True))
    assert status.has_reached("city")
    assert not status.has_reached("resolved")
    secret = seen(a_request(sensitivity=Sensitivity.CONFIDENTIAL, acked=True))
    assert not secret.has_reached("stored")
