"""What the city has this box text to officials, and their answers about other boxes' requests."""

import sqlite3
from collections.abc import Callable

import pytest

from appliance.actions.box import health
from appliance.actions.cases import intake
from appliance.actions.officials import notifying, official_replies, reply_outcomes
from appliance.actions.privacy import retaining
from appliance.actions.sms import sending
from appliance.actions.sms.sending import Refusal
from appliance.actions.sms.turn import Turn
from appliance.domain.cases.service_request import Status
from appliance.domain.city import wire
from appliance.domain.errors import BadInput
from appliance.domain.events.staff import OfficialAnswered, OfficialReplied
from appliance.domain.events.texts import NoticeSettled
from appliance.domain.hours import DailyHours
from appliance.domain.ids import Ticket
from appliance.domain.moment import Moment
from appliance.domain.phone import Msisdn
from appliance.domain.sms.received import OfficialReply, Report
from appliance.domain.sms.sending_policy import SendingPolicy
from appliance.store.city import outbox
from appliance.store.database import transaction
from appliance.store.sms import texts
from appliance.store.staff import staff_log
from tests.builders import a_draft, an_sms
from tests.conftest import at

ELSEWHERE = "00000000-0000-7000-8000-0000000000ee"
TICKET = Ticket.issue("01", 77)
REPLY_ID = "00000000-0000-7000-8000-00000000000f"
ARGS = {
    "notice": "n1",
    "request": ELSEWHERE,
    "ticket": TICKET.digits,
    "of": "DISHUB",
    "agency": "DISHUB",
    "rank": "1",
    "about": "late",
    "due": "2026-11-30",
}


@pytest.fixture
def ready(db: sqlite3.Connection, official: Msisdn) -> sqlite3.Connection:
    """A box with a modem and the head of DISHUB in its directory."""
    health.state(db, "modem", {"state": "ready"}, at())
    return db


def order(db: sqlite3.Connection, now: Moment | None = None, **changes: str) -> None:
    with transaction(db):
        notifying.queue(db, notifying.read(ARGS | changes), now or at())


def told(db: sqlite3.Connection, kind: type) -> list[object]:
    rows = [row for row in outbox.every(db) if row.kind == kind.KIND]
    return [wire.decode_event(row.kind, row.payload.encode()) for row in rows]


def sent(db: sqlite3.Connection, now: Moment, **options: object) -> bool:
    part = sending.claim_part(db, now, lambda _to, _body: [b"tpdu"], **options)  # type: ignore[arg-type]
    if part is None:
        return False
    sending.part_sending(db, part.id, now)
    sending.part_sent(db, part.id, 7, now)
    return True


def test_the_holder_of_the_office_is_texted_once_for_a_notice(
    ready: sqlite3.Connection, official: Msisdn
) -> None:
    for _ in range(3):
        order(ready)
    [text] = texts.every(ready)
    assert (text.recipient, text.purpose) == (official.e164, "notice")
    assert text.body == (
        f"Laporan warga {TICKET} di Dishub terlambat, batasnya 30 Nov. "
        f"Balas OK (dikerjakan) atau SELESAI lalu {TICKET}."
    )
    entry = staff_log.of_subject(ready, "DISHUB/1")[-1]
    assert (entry.by, entry.what) == ("pusat", "official_texted")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"rank": "2"}, "no rank 2 of DISHUB"),
        ({"agency": "DLHK"}, "no rank 1 of DLHK"),
        ({"about": "lottery"}, "no words"),
        ({"due": "soon"}, "day"),
        ({"ticket": "12345678"}, "ticket"),
        ({"rank": "x"}, "number"),
        ({"request": ""}, "request"),
        ({"notice": "n" * 65}, "notice"),
    ],
)
def test_who_has_no_office_and_what_has_no_words_is_never_texted(
    ready: sqlite3.Connection, changes: dict[str, str], problem: str
) -> None:
    with pytest.raises(BadInput, match=problem):
        order(ready, **changes)
    assert texts.every(ready) == []


def test_without_a_modem_that_is_ready_the_city_asks_another_box(
    db: sqlite3.Connection, official: Msisdn
) -> None:
    for state in ("absent", "no_network"):
        health.state(db, "modem", {"state": state}, at())
        with pytest.raises(BadInput, match="no modem"):
            order(db)


def test_nobody_is_texted_without_end(ready: sqlite3.Connection) -> None:
    for number in range(notifying.PER_PHONE):
        order(ready, notice=f"n{number}")
    with pytest.raises(BadInput, match="10 times"):
        order(ready, notice="one more")
    order(ready, at(hours=25), notice="tomorrow")


def test_of_a_confidential_request_nothing_is_texted(ready: sqlite3.Connection) -> None:
    draft = a_draft("anak tetangga dipukuli ayahnya tiap malam, tolong rahasiakan")
    receipt = intake.receive(ready, draft, at())
    assert isinstance(receipt, intake.Receipt)
    with pytest.raises(BadInput, match="confidential"):
        order(ready, request=receipt.request.id, ticket=receipt.request.ticket.digits)


def test_the_city_hears_that_it_was_sent_and_then_delivered(
    ready: sqlite3.Connection, official: Msisdn
) -> None:
    order(ready)
    assert sent(ready, at(minutes=1))
    sending.report(
        ready, recipient=official.e164, message_reference=7, is_delivered=True, now=at(minutes=2)
    )
    events = told(ready, NoticeSettled)
    assert [(e.notice_id, e.state) for e in events] == [("n1", "sent"), ("n1", "delivered")]


def test_the_city_hears_that_the_network_refused_it(ready: sqlite3.Connection) -> None:
    order(ready)
    part = sending.claim_part(ready, at(), lambda _to, _body: [b"tpdu"])
    assert part is not None
    sending.part_refused(ready, part.id, Refusal.GIVE_UP, "CMS 38", at())
    [event] = told(ready, NoticeSettled)
    assert (event.state, event.error) == ("failed", "CMS 38")


def test_what_has_not_gone_within_two_hours_has_expired(ready: sqlite3.Connection) -> None:
    order(ready)
    assert not sent(ready, at(hours=3))
    [event] = told(ready, NoticeSettled)
    assert event.state == "expired"


def test_the_nights_rest_of_officials_holds(ready: sqlite3.Connection) -> None:
    order(ready)
    night = SendingPolicy(quiet_hours=DailyHours.parse("00:00-23:59"))
    assert not sent(ready, at(), policy=night)
    assert sent(ready, at(minutes=1))


def reply(
    db: sqlite3.Connection, phone: Msisdn, ticket: Ticket | None = TICKET, text: str = "nyala"
) -> object:
    with transaction(db):
        turn = Turn(
            db=db, sms=an_sms("SELESAI", phone=phone), now=at(minutes=5), new_id=lambda: REPLY_ID
        )
        return official_replies.take(
            turn, OfficialReply(Status.RESOLVED, ticket, text, Report("x"))
        )


@pytest.mark.parametrize("ticket", [TICKET, None], ids=["ticket", "bare"])
def test_a_reply_about_another_boxs_request_goes_to_the_city(
    ready: sqlite3.Connection, official: Msisdn, ticket: Ticket | None
) -> None:
    order(ready)
    assert reply(ready, official, ticket) == ("official: selesai", None)
    [event] = told(ready, OfficialReplied)
    assert (event.request_id, event.status, event.agency) == (ELSEWHERE, "selesai", "DISHUB")
    answered = OfficialAnswered(
        reply_id=REPLY_ID,
        request_id=ELSEWHERE,
        outcome="moved",
        status="selesai",
        agency="DISHUB",
    )
    with transaction(ready):
        reply_outcomes.settle(ready, answered, at(hours=1))
    assert texts.every(ready)[-1].body.startswith(f"Tiket {TICKET}: Selesai dari Anda berlaku")


def test_a_bare_reply_that_may_mean_two_requests_means_none(
    ready: sqlite3.Connection, official: Msisdn
) -> None:
    order(ready)
    order(ready, notice="n2", request=ELSEWHERE[:-1] + "f", ticket=Ticket.issue("01", 78).digits)
    assert reply(ready, official, None) is None


def test_of_a_ticket_that_nobody_was_texted_about_nothing_is_known(
    ready: sqlite3.Connection, official: Msisdn
) -> None:
    assert reply(ready, official) is None


def test_who_speaks_for_another_agency_is_told_so(
    ready: sqlite3.Connection, official: Msisdn, new_id: Callable[[], str]
) -> None:
    order(ready, of="DLHK")
    assert reply(ready, official) == ("not of this official's agency", None)
    assert told(ready, OfficialReplied) == []


def test_after_half_a_year_nothing_is_kept_of_it(
    ready: sqlite3.Connection, official: Msisdn
) -> None:
    order(ready)
    reply(ready, official)
    now = at(days=200)
    exact = Moment(wall=now.wall, boot_id=now.boot_id, mono_ms=now.mono_ms, source="ntp")
    retaining.retain(ready, exact)
    for table in ("notices", "official_replies"):
        assert ready.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0
