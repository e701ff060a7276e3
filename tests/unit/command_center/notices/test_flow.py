"""SMS to officials by way of the boxes: which box, when another, what the case shows."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from appliance.domain.city import wire
from appliance.domain.city.topics import Lane
from appliance.domain.events.box import BoxHeartbeat
from appliance.domain.events.orders import CommandIssued, CommandResult
from appliance.domain.events.staff import OfficialAnswered
from appliance.domain.events.texts import NoticeSettled
from appliance.domain.hours import DailyHours
from appliance.domain.ids import SiteCode
from appliance.domain.officials.official import COORDINATOR
from command_center.handling import escalating
from command_center.handling.disposing import Order, dispose
from command_center.handling.files import shipped_steps, shipped_units
from command_center.notices import flow
from command_center.notices.sender import PER_OFFICIAL, Sender
from command_center.sending.table_publishing import publish
from command_center.store.cases.requests import CityRequest
from command_center.store.database import reading
from command_center.store.fleet import boxes
from command_center.store.handling import notices
from command_center.store.handling.notices import Notice
from tests.conftest import SITE
from tests.support.city_staff import an_officer
from tests.unit.command_center import city
from tests.unit.command_center.about_cases import lines, move, replied
from tests.unit.command_center.city import NEIGHBOUR, commit, going_down, hello, request, rows
from tests.unit.command_center.handling.deadlines import DAY, MONDAY, filed
from tests.unit.command_center.page_text import page, words

OFFICIALS = [
    {"agency": "DLHK", "rank": "1", "name": "Kepala DLHK", "phone": "081200000001"},
    {"agency": "DLHK", "rank": "2", "name": "Kabid DLHK", "phone": "081200000002"},
    {"agency": "PUPR", "rank": "1", "name": "Kepala PUPR", "phone": "081200000005"},
    {"agency": COORDINATOR, "rank": "1", "name": "Kominfo", "phone": "081200000003"},
    {
        "agency": "SETDA_TAPEM",
        "rank": "1",
        "name": "Bu Sekda",
        "phone": "081200000004",
        "post": "Sekretaris Daerah",
    },
]


TUESDAY = MONDAY + DAY


NEVER = DailyHours.parse("00:00-00:00")


HEARD = timedelta(minutes=10)


def box_is_there(engine: Engine, site: SiteCode, now: datetime, *, modem: str = "ready") -> None:
    beat = BoxHeartbeat(
        at=now,
        backlog={},
        oldest_unacked_s=0,
        disk_free_bytes=1,
        texts={},
        gauges={"modem": {"state": modem}} if modem else {},
    )
    commit(engine, boxes.heard, site, now)
    commit(engine, boxes.beat, site, wire.encode_event(beat).decode())


@pytest.fixture
def fleet(engine: Engine) -> Engine:
    """Two boxes with the city's directory, both of which have a modem on Tuesday."""
    for site in (SITE, NEIGHBOUR):
        hello(engine, site)
        box_is_there(engine, site, TUESDAY)
    publish(engine, [SITE, NEIGHBOUR], "officials", OFFICIALS, now=MONDAY)
    return engine


@pytest.fixture
def case(fleet: Engine) -> CityRequest:
    """Garbage that somebody works on; its last day is Wednesday."""
    found = filed(fleet)
    move(fleet, found, Status.IN_PROGRESS, when=MONDAY + timedelta(hours=1))
    return found


@pytest.fixture
def send(fleet: Engine) -> Callable[..., None]:
    """Turn the sender once."""
    numbers = iter(range(1, 1000))

    def turn(now: datetime, *, per_day: int = 200, quiet: DailyHours = NEVER) -> None:
        Sender(fleet, per_day=per_day, quiet=quiet, new_id=lambda: f"command-{next(numbers)}").look(
            now
        )

    return turn


def escalate(engine: Engine, now: datetime = TUESDAY) -> None:
    escalating.run(engine, shipped_steps(), now)


def only(engine: Engine, case: CityRequest) -> Notice:
    with reading(engine) as connection:
        [one] = notices.of_request(connection, case.request_id)
    return one


def orders(engine: Engine, site: SiteCode = SITE) -> list[CommandIssued]:
    sent = [one for one in going_down(engine, site) if one.kind == CommandIssued.KIND]
    events = [wire.decode_event(one.kind, one.payload.encode()) for one in sent]
    return [event for event in events if isinstance(event, CommandIssued)]


def answer(
    engine: Engine, notice: Notice, outcome: str, detail: str = "", now: datetime = TUESDAY
) -> None:
    assert notice.site is not None
    assert notice.command_id is not None
    result = CommandResult(command_id=notice.command_id, outcome=outcome, detail=detail, at=now)
    say(engine, result, site=notice.site, now=now)


def settle(engine: Engine, notice: Notice, state: str, error: str = "") -> None:
    assert notice.site is not None
    event = NoticeSettled(notice_id=notice.notice_id, state=state, at=TUESDAY, error=error)
    say(engine, event, site=notice.site)


def say(
    engine: Engine, *events: object, site: SiteCode = SITE, now: datetime = TUESDAY
) -> wire.Ack:
    told = [city.wire_event(event) for event in events]  # type: ignore[arg-type]
    [(upto,)] = rows(
        engine,
        f"SELECT coalesce(max(upto), 0) FROM streams WHERE site = '{site}' AND lane = 'p1'",
    )
    assert isinstance(upto, int)
    batch = city.a_batch(*told, first=upto + 1, lane=Lane.COMPLAINTS)
    return city.store(engine, batch, site=site, now=now)


def test_a_reminder_goes_by_the_box_of_the_case_and_counts_as_told_once_sent(
    fleet: Engine, case: CityRequest, send: Callable[..., None]
) -> None:
    escalate(fleet)
    send(TUESDAY)
    send(TUESDAY)
    [order] = orders(fleet)
    assert order.name == "text_official"
    assert {k: v for k, v in order.args.items() if k != "notice"} == {
        "request": case.request_id,
        "ticket": case.ticket,
        "of": "DLHK",
        "agency": "DLHK",
        "rank": "2",
        "about": "reminder",
        "due": "2026-11-04",
    }
    answer(fleet, only(fleet, case), "done", "queued")
    send(TUESDAY)
    assert only(fleet, case).state == "queued"
    settle(fleet, only(fleet, case), "sent")
    assert rows(fleet, "SELECT step, done_by FROM escalations") == [("pengingat", "SMS Posko")]
    assert lines(fleet, case)[-1][2] == "SMS ke pejabat terkirim lewat kotak Bukit Raya."
    settle(fleet, only(fleet, case), "delivered")
    assert only(fleet, case).state == "delivered"
    assert len([line for line in lines(fleet, case) if line[2].startswith("SMS")]) == 1


def test_what_is_said_goes_to_whom_the_table_names(
    fleet: Engine, case: CityRequest, send: Callable[..., None]
) -> None:
    for day in range(1, 9):
        now = MONDAY + day * DAY
        box_is_there(fleet, SITE, now)
        escalate(fleet, now)
        send(now)
    told = [(one.args["about"], one.args["agency"], one.args["rank"]) for one in orders(fleet)]
    assert (
        told
        == [
            ("reminder", "DLHK", "2"),
            ("late", "DLHK", "1"),
            ("late", "DLHK", "1"),
            ("escalated", "SETDA_TAPEM", "1"),
        ][: len(told)]
    )
    assert len(told) >= 3


def test_while_the_cases_box_is_away_or_without_a_modem_another_is_asked(
    fleet: Engine, case: CityRequest, send: Callable[..., None]
) -> None:
    box_is_there(fleet, SITE, TUESDAY, modem="absent")
    escalate(fleet)
    send(TUESDAY)
    assert only(fleet, case).site == NEIGHBOUR
    assert orders(fleet) == []


@pytest.mark.parametrize("outcome", ["failed", "expired", "unsupported"])
def test_a_box_that_refuses_is_followed_by_another(
    fleet: Engine, case: CityRequest, send: Callable[..., None], outcome: str
) -> None:
    escalate(fleet)
    send(TUESDAY)
    answer(fleet, only(fleet, case), outcome, "no modem of this box is ready")
    send(TUESDAY)
    one = only(fleet, case)
    assert (one.site, one.tried) == (NEIGHBOUR, (SITE, NEIGHBOUR))
    assert "no modem" in one.error


def test_a_box_that_says_nothing_is_followed_by_another_when_its_order_has_expired(
    fleet: Engine, case: CityRequest, send: Callable[..., None]
) -> None:
    escalate(fleet)
    send(TUESDAY)
    [order] = orders(fleet)
    later = TUESDAY + timedelta(seconds=order.expires_s)
    box_is_there(fleet, NEIGHBOUR, later)
    send(later)
    assert only(fleet, case).site == SITE
    later += flow.MARGIN
    send(later)
    assert only(fleet, case).site == NEIGHBOUR


@pytest.mark.parametrize("state", ["failed", "expired"])
def test_an_sms_that_did_not_go_out_goes_by_another_box(
    fleet: Engine, case: CityRequest, send: Callable[..., None], state: str
) -> None:
    escalate(fleet)
    send(TUESDAY)
    answer(fleet, only(fleet, case), "done")
    send(TUESDAY)
    settle(fleet, only(fleet, case), state, "CMS 38")
    send(TUESDAY)
    assert only(fleet, case).site == NEIGHBOUR
    settle(fleet, only(fleet, case), "sent")
    assert only(fleet, case).state == "sent"


def test_what_failed_everywhere_stays_for_staff_with_its_reason(
    fleet: Engine, case: CityRequest, send: Callable[..., None]
) -> None:
    escalate(fleet)
    for hour in range(26):
        now = TUESDAY + timedelta(hours=hour)
        for site in (SITE, NEIGHBOUR):
            box_is_there(fleet, site, now)
        send(now)
        if only(fleet, case).state == "ordered":
            answer(fleet, only(fleet, case), "failed", "no_modem: no modem is ready", now)
    assert only(fleet, case).state == "failed"
    assert rows(fleet, "SELECT done_at FROM escalations") == [(None,)]
    client = an_officer(fleet, now=TUESDAY)
    shown = words(page(client, f"/permohonan/{case.request_id}"))
    assert "SMS gagal : modem kotak tidak siap" in shown
    assert "Pengingat, pejabat peringkat 2 DLHK" in shown
    assert "Sampaikan lewat telepon atau surat" in shown
    assert "SMS gagal" in words(page(client, "/eskalasi"))


def test_an_sms_that_never_reached_the_phone_is_to_be_told_again(
    fleet: Engine, case: CityRequest, send: Callable[..., None]
) -> None:
    escalate(fleet)
    send(TUESDAY)
    settle(fleet, only(fleet, case), "sent")
    settle(fleet, only(fleet, case), "failed")
    assert only(fleet, case).state == "failed"
    assert rows(fleet, "SELECT done_at FROM escalations") == [(None,)]


def test_at_night_and_beyond_the_bounds_nothing_is_ordered(
    fleet: Engine, send: Callable[..., None]
) -> None:
    for _ in range(PER_OFFICIAL + 2):
        move(fleet, filed(fleet), Status.IN_PROGRESS, when=MONDAY + timedelta(hours=1))
    escalate(fleet)
    send(TUESDAY, quiet=DailyHours.parse("08:00-10:00"))
    send(TUESDAY, per_day=0)
    assert orders(fleet) == []
    send(TUESDAY, per_day=3)
    assert len(orders(fleet)) == 3
    send(TUESDAY)
    assert len(orders(fleet)) == PER_OFFICIAL
    next_day = TUESDAY + timedelta(hours=23)
    box_is_there(fleet, SITE, next_day)
    send(next_day)
    assert len(orders(fleet)) == PER_OFFICIAL


def test_an_official_with_too_many_holds_up_nobody_else(
    fleet: Engine, send: Callable[..., None]
) -> None:
    late = [filed(fleet) for _ in range(PER_OFFICIAL + 2)]
    late.append(filed(fleet, category="sampah", agency="PUPR"))
    for one in late:
        move(fleet, one, Status.IN_PROGRESS, when=MONDAY + timedelta(hours=1))
    escalate(fleet)
    send(TUESDAY)
    assert only(fleet, late[-1]).state == "ordered"
    assert len(orders(fleet)) == PER_OFFICIAL + 1


def test_of_what_is_confidential_nobody_is_texted(fleet: Engine) -> None:
    secret = filed(fleet, sensitivity="rahasia")
    move(fleet, secret, Status.IN_PROGRESS, when=MONDAY + timedelta(hours=1))
    escalate(fleet)
    with reading(fleet) as connection:
        assert notices.of_request(connection, secret.request_id) == []


def test_a_case_that_is_over_before_the_order_needs_none(
    fleet: Engine, case: CityRequest, send: Callable[..., None]
) -> None:
    escalate(fleet)
    move(fleet, case, Status.RESOLVED, when=TUESDAY)
    send(TUESDAY)
    assert only(fleet, case).state == "cancelled"
    assert orders(fleet) == []


def test_a_disposition_is_told_where_no_box_tells_it_by_itself(fleet: Engine) -> None:
    stays, goes = filed(fleet), filed(fleet, category="jalan_rusak", agency="PUPR")
    for one in (stays, goes):
        order = Order(agency="DLHK")
        dispose(fleet, one.request_id, order, shipped_units("1471"), by="Rina", now=MONDAY)
    found = rows(fleet, "SELECT request_id, about, rank FROM notices")
    assert found == [(stays.request_id, "disposed", 2)]


def test_the_reply_comes_by_the_box_that_was_asked_and_the_answer_goes_back_there(
    fleet: Engine, case: CityRequest, send: Callable[..., None]
) -> None:
    box_is_there(fleet, SITE, TUESDAY, modem="absent")
    escalate(fleet)
    send(TUESDAY)
    reply = replied(case, "selesai", agency="DLHK")
    assert say(fleet, reply, site=NEIGHBOUR).reject == []
    assert request(fleet, case.request_id).status == "selesai"
    assert OfficialAnswered.KIND in [one.kind for one in going_down(fleet, NEIGHBOUR)]


def test_a_box_that_was_not_asked_says_nothing_about_the_cases_of_others(
    fleet: Engine, case: CityRequest, send: Callable[..., None]
) -> None:
    escalate(fleet)
    send(TUESDAY)
    one = only(fleet, case)
    settled = NoticeSettled(notice_id=one.notice_id, state="sent", at=TUESDAY)
    for event in (replied(case, "selesai", agency="DLHK"), settled):
        assert [r.code for r in say(fleet, event, site=NEIGHBOUR).reject] == ["event"]
    assert request(fleet, case.request_id).status == "diproses"
    assert only(fleet, case).state == "ordered"
