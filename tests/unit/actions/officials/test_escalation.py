"""Officials who do not answer, and who is asked in their place."""

import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from appliance.actions.cases import casework, intake
from appliance.actions.officials import directory, forwarding, official_replies
from appliance.actions.sms import sending
from appliance.actions.sms.sending import Refusal
from appliance.actions.sms.turn import Turn
from appliance.domain.cases.service_request import ServiceRequest, Status
from appliance.domain.events.requests import RequestStatusChanged
from appliance.domain.hours import DailyHours
from appliance.domain.moment import Moment
from appliance.domain.officials.official import COORDINATOR, Official
from appliance.domain.phone import Msisdn
from appliance.domain.sms.received import OfficialReply, Report
from appliance.domain.sms.sending_policy import SendingPolicy
from appliance.store.database import connect, transaction
from appliance.store.officials import chases
from appliance.store.sms import texts
from tests.builders import a_batch, a_draft, an_sms
from tests.conftest import START, at

HEAD, DEPUTY, CITY = (Msisdn(f"+628120000000{n}") for n in (1, 2, 3))
FIRE = "kebakaran rumah di jl Rajawali tolong cepat"


def now(**after: float) -> Moment:
    """By a clock that somebody has set; the tests begin on a Saturday."""
    return replace(at(**after), source="ntp")


@pytest.fixture(autouse=True)
def people(db: sqlite3.Connection) -> None:
    for agency in ("DISHUB", "DPKP"):
        directory.put(db, Official(agency=agency, rank=1, phone=HEAD, name="Kepala"), now())
        directory.put(db, Official(agency=agency, rank=2, phone=DEPUTY, name="Wakil"), now())
    directory.put(db, Official(agency=COORDINATOR, rank=1, phone=CITY, name="Kominfo"), now())


def reported(
    db: sqlite3.Connection,
    text: str = "lampu jalan mati di jl Rajawali",
    when: Moment | None = None,
) -> ServiceRequest:
    outcome = intake.receive(db, a_draft(text, reporter_phone=None), when or now())
    assert isinstance(outcome, intake.Receipt)
    return outcome.request


def send_all(db: sqlite3.Connection, when: Moment) -> None:
    while part := sending.claim_part(db, when, lambda _to, body: [body.encode()]):
        sending.part_sending(db, part.id, when)
        sending.part_sent(db, part.id, 1, when)


def run(db: sqlite3.Connection, when: Moment) -> list[str]:
    """The box sends and looks; the phones that were asked so far."""
    send_all(db, when)
    forwarding.escalate(db, when)
    forwarding.escalate(db, when)
    send_all(db, when)
    return asked(db)


def asked(db: sqlite3.Connection) -> list[str]:
    return [text.recipient for text in texts.every(db) if text.purpose == "forward"]


def numbers(*phones: Msisdn) -> list[str]:
    return [phone.e164 for phone in phones]


def reply(db: sqlite3.Connection, request: ServiceRequest, phone: Msisdn, when: Moment) -> None:
    with transaction(db):
        turn = Turn(
            db=db,
            sms=an_sms("ok", phone=phone),
            now=when,
            new_id=lambda: "00000000-0000-7000-8000-00000000000f",
        )
        meant = OfficialReply(Status.IN_PROGRESS, request.ticket, "", Report("ok"))
        official_replies.take(turn, meant)


def move(
    db: sqlite3.Connection,
    request: ServiceRequest,
    status: str,
    agency: str,
    when: Moment,
    seq: int,
) -> None:
    event = RequestStatusChanged(
        request_id=request.id,
        ticket=request.ticket.digits,
        status=status,
        message="",
        changed_at=when.wall,
        agency=agency,
    )
    assert casework.apply_batch(db, a_batch(event, first=seq), when).rejects == ()


def test_ordinary_silence_goes_up_by_working_days(db: sqlite3.Connection) -> None:
    reported(db)
    assert run(db, now()) == numbers(HEAD)
    assert run(db, now(hours=38)) == numbers(HEAD), "Sunday"
    assert run(db, now(hours=62)) == numbers(HEAD), "Monday, 23:00"
    assert run(db, now(hours=63)) == numbers(HEAD, HEAD), "Tuesday, 0:00"
    run(db, now(hours=64))
    assert run(db, now(hours=86)) == numbers(HEAD, HEAD)
    assert run(db, now(hours=88)) == numbers(HEAD, HEAD, DEPUTY)
    run(db, now(hours=88))
    assert run(db, now(hours=113)) == numbers(HEAD, HEAD, DEPUTY, CITY)
    run(db, now(hours=113))
    assert run(db, now(days=20)) == numbers(HEAD, HEAD, DEPUTY, CITY)
    assert list(chases.every(db)) == []


def test_the_texts_say_why_they_come(db: sqlite3.Connection) -> None:
    reported(db, FIRE)
    for minutes in range(0, 60, 5):
        run(db, now(minutes=minutes))
    bodies = [text.body for text in texts.every(db) if text.purpose == "forward"]
    assert [body.split("DARURAT")[0].strip() for body in bodies] == [
        "",
        "ULANGAN, belum dijawab.",
        "Belum dijawab pejabat lain di Damkar / DPKP.",
        "Tanpa jawaban dari Damkar / DPKP.",
    ]


def test_an_emergency_goes_up_in_minutes_though_nobody_has_set_the_clock(
    db: sqlite3.Connection,
) -> None:
    reported(db, FIRE, at())
    assert run(db, at()) == numbers(HEAD)
    assert run(db, at(minutes=9)) == numbers(HEAD)
    assert run(db, at(minutes=11)) == numbers(HEAD, HEAD)
    run(db, at(minutes=12))
    assert run(db, at(minutes=23)) == numbers(HEAD, HEAD, DEPUTY)


def test_an_unset_clock_that_jumps_escalates_nothing_ordinary(db: sqlite3.Connection) -> None:
    reported(db, when=at())
    run(db, at())
    jumped = replace(at(minutes=1), wall=at(days=400).wall)
    assert run(db, jumped) == numbers(HEAD)
    is_set = replace(jumped, source="ntp")
    assert run(db, is_set) == numbers(HEAD)


@pytest.mark.parametrize("who", [HEAD, DEPUTY, CITY])
def test_whoever_answers_ends_it(db: sqlite3.Connection, who: Msisdn) -> None:
    request = reported(db, FIRE)
    run(db, now())
    reply(db, request, who, now(minutes=1))
    assert run(db, now(hours=9)) == numbers(HEAD)


@pytest.mark.parametrize("status", ["terverifikasi", "diproses", "selesai", "gabungan"])
def test_a_case_that_moves_ends_it(db: sqlite3.Connection, status: str) -> None:
    request = reported(db, FIRE)
    run(db, now())
    move(db, request, status, request.agency, now(minutes=1), 1)
    assert run(db, now(hours=9)) == numbers(HEAD)


def test_a_case_that_is_opened_again_is_asked_about_again(db: sqlite3.Connection) -> None:
    request = reported(db)
    run(db, now())
    move(db, request, "selesai", "DISHUB", now(hours=1), 1)
    move(db, request, "dibuka_lagi", "DISHUB", now(hours=2), 2)
    assert run(db, now(hours=2)) == numbers(HEAD, HEAD)
    assert texts.every(db)[-1].body.startswith("DIBUKA LAGI")
    move(db, request, "dibuka_lagi", "DISHUB", now(hours=3), 3)
    assert run(db, now(hours=3)) == numbers(HEAD, HEAD)
    run(db, now(hours=64))
    assert len(run(db, now(hours=64))) == 2, "what is said about it ends the asking"


def test_a_case_that_goes_to_another_agency_is_asked_about_there(db: sqlite3.Connection) -> None:
    other = Msisdn("+6281200000009")
    directory.put(db, Official(agency="PUPR", rank=1, phone=other, name="Kepala"), now())
    request = reported(db)
    move(db, request, "diteruskan", "PUPR", now(hours=1), 1)
    assert run(db, now(hours=1)) == numbers(HEAD, other)


def test_who_is_out_of_office_is_never_asked(db: sqlite3.Connection) -> None:
    for rank, until in ((1, date(2026, 11, 20)), (2, date(2026, 11, 21))):
        phone = Msisdn(f"+628120000010{rank}")
        directory.put(
            db,
            Official(agency="PERKIM", rank=rank, phone=phone, name="P", valid_until=until),
            now(),
        )
    outcome = intake.receive(db, a_draft("x y z", category="perumahan"), now())
    assert isinstance(outcome, intake.Receipt)
    assert asked(db) == ["+6281200000102"]
    run(db, now())
    run(db, now(days=9))
    assert asked(db) == ["+6281200000102", CITY.e164]


def test_nobody_in_office_yet_is_made_good_when_somebody_is(db: sqlite3.Connection) -> None:
    directory.remove(db, COORDINATOR, 1, at())
    later = date(2026, 11, 24)
    new = Official(agency="PERKIM", rank=1, phone=CITY, name="Baru", valid_from=later)
    directory.put(db, new, now())
    intake.receive(db, a_draft("x y z", category="perumahan"), now())
    assert run(db, now(days=1)) == []
    assert run(db, now(days=3)) == numbers(CITY)


def test_an_agency_without_numbers_falls_to_the_coordinator(db: sqlite3.Connection) -> None:
    intake.receive(db, a_draft("x y z", category="sampah"), now())
    assert asked(db) == numbers(CITY)
    assert texts.every(db)[-1].body.startswith("Tanpa jawaban dari DLHK.")


def test_a_number_that_is_wrong_is_passed_over_at_once_and_an_answer_counts(
    db: sqlite3.Connection,
) -> None:
    request = reported(db)
    part = sending.claim_part(db, now(), lambda _to, body: [body.encode()])
    assert part is not None
    sending.part_sending(db, part.id, now())
    sending.part_refused(db, part.id, Refusal.GIVE_UP, "CMS 1", now())
    assert asked(db) == numbers(HEAD, DEPUTY)
    run(db, now())
    assert run(db, now(days=4)) == numbers(HEAD, DEPUTY, CITY)
    reply(db, request, CITY, now(days=4))
    assert list(chases.every(db)) == []


def test_a_text_that_could_not_leave_the_box_lets_no_time_pass(db: sqlite3.Connection) -> None:
    reported(db)
    forwarding.escalate(db, now(days=2))
    assert asked(db) == numbers(HEAD)
    run(db, now(days=2, hours=12))
    assert run(db, now(days=3)) == numbers(HEAD)
    assert run(db, now(days=3, hours=13)) == numbers(HEAD, HEAD)


def test_a_death_at_any_step_repeats_none_and_forgets_none(db: sqlite3.Connection) -> None:
    """Each step is one transaction: another process takes over where it stands."""
    reported(db, FIRE)
    path: Path = db.path  # type: ignore[attr-defined]
    for minutes in range(0, 90, 3):
        other = connect(path)
        forwarding.escalate(other, now(minutes=minutes))
        with pytest.raises(RuntimeError), transaction(other):
            for chase in chases.every(other):
                forwarding._go_on(other, chase.request_id, now(minutes=minutes + 2))
            raise RuntimeError("killed before the commit")
        send_all(other, now(minutes=minutes))
        other.close()
    assert asked(db) == numbers(HEAD, HEAD, DEPUTY, CITY)


def test_much_that_is_due_comes_little_by_little(db: sqlite3.Connection) -> None:
    for number in range(30):
        reported(db, f"lampu jalan mati di jl Rajawali {number}")
    send_all(db, now())
    while any(chase.since_text is None for chase in chases.every(db)):
        forwarding.escalate(db, now())
    assert forwarding.escalate(db, now(days=4)) == forwarding.STEPS_PER_RUN
    assert forwarding.escalate(db, now(days=4)) == 10


def test_own_quiet_hours_hold_before_those_of_the_box(db: sqlite3.Connection) -> None:
    night = SendingPolicy(quiet_hours=DailyHours.parse("21:00-06:00"))
    early = Official(
        agency="PERKIM",
        rank=1,
        phone=Msisdn("+6281200000101"),
        name="P",
        quiet_hours=DailyHours.parse("19:00-04:00"),
    )
    directory.put(db, early, now())
    intake.receive(db, a_draft("x y z", category="perumahan", reporter_phone=None), now())

    def is_sent(hour_wib: int) -> bool:
        when = now(hours=hour_wib - 9)
        return (
            sending.claim_part(db, when, lambda _to, body: [body.encode()], policy=night)
            is not None
        )

    assert not is_sent(20)
    assert not is_sent(23)
    assert is_sent(29)


def test_the_start_is_a_saturday() -> None:
    assert START.strftime("%A") == "Saturday"
