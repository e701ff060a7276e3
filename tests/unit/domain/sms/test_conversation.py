from dataclasses import replace
from datetime import timedelta

import pytest

from appliance.domain.cases.service_request import (
    TEXT_MAX_CHARS,
    Channel,
    Kind,
    Sensitivity,
    ServiceRequest,
    Status,
)
from appliance.domain.ids import Ticket
from appliance.domain.sms import conversation
from appliance.domain.sms.received import Wish
from appliance.domain.triage import place
from appliance.domain.triage.judgement import classify
from tests.builders import a_request
from tests.conftest import at

NOW = at(hours=1).wall


def sent(minutes_ago: float = 1, **changes: object) -> ServiceRequest:
    created = NOW - timedelta(minutes=minutes_ago)
    return a_request(channel=Channel.SMS, created_at=created, **changes)


def continued(
    *own: ServiceRequest,
    text: str = "dekat masjid",
    kind: Kind = Kind.COMPLAINT,
    sensitivity: Sensitivity = Sensitivity.PUBLIC,
    is_explicit: bool = False,
) -> ServiceRequest | None:
    judged = a_request(kind=kind, sensitivity=sensitivity)
    return conversation.continued(text, judged, own, NOW, is_explicit=is_explicit)


def test_what_comes_within_ten_minutes_continues_the_newest_report() -> None:
    newest, older = sent(2), sent(8, id="older")
    assert continued(newest, older) is newest
    assert continued(sent(9.9)) is not None
    assert continued(sent(10)) is None


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(sent(-5), id="from the future"),
        pytest.param(replace(sent(), channel=Channel.KIOSK), id="from the kiosk"),
        pytest.param(sent(text="x" * (TEXT_MAX_CHARS - 5)), id="full"),
    ],
)
def test_nothing_is_added_to_a_request_that_is(request_: ServiceRequest) -> None:
    assert continued(request_) is None


def test_a_report_with_a_verb_is_its_own() -> None:
    assert continued(sent(), is_explicit=True) is None


def test_an_emergency_never_hides_under_a_complaint() -> None:
    assert continued(sent(), kind=Kind.EMERGENCY) is None
    urgent = sent(kind=Kind.EMERGENCY)
    assert continued(urgent, kind=Kind.EMERGENCY) is urgent
    assert continued(urgent) is urgent


def test_a_secret_never_comes_under_a_public_ticket() -> None:
    assert continued(sent(), sensitivity=Sensitivity.CONFIDENTIAL) is None
    secret = sent(sensitivity=Sensitivity.CONFIDENTIAL)
    assert continued(secret) is secret


def test_a_flood_makes_ten_tickets_an_hour_and_the_rest_joins_them() -> None:
    own = [sent(number, id=str(number)) for number in range(1, 11)]
    assert continued(*own, is_explicit=True) is own[0]
    assert continued(*own[:9], is_explicit=True) is None


def answered(own: list[ServiceRequest], asked: set[str]) -> ServiceRequest | None:
    return conversation.answered("jl Melati", a_request(), own, asked=asked, now=NOW)


def test_only_an_open_question_within_a_day_is_answered() -> None:
    asked = sent(60, id="asked")
    assert answered([asked], {"asked"}) is asked
    assert answered([asked], set()) is None
    assert answered([sent(1441, id="old")], {"old"}) is None


@pytest.mark.parametrize(
    ("wish", "statuses", "meant"),
    [
        (Wish.CONFIRM, [Status.RESOLVED, Status.RECEIVED], 0),
        (Wish.CONFIRM, [Status.RESOLVED, Status.RESOLVED], None),
        (Wish.CONFIRM, [Status.RECEIVED], None),
        (Wish.DISPUTE, [Status.RECEIVED, Status.CLOSED], 1),
        (Wish.WITHDRAW, [Status.IN_PROGRESS, Status.CLOSED], 0),
        (Wish.WITHDRAW, [Status.RECEIVED, Status.RECEIVED], None),
        (Wish.ERASE, [Status.CLOSED, Status.RECEIVED], 0),
        (Wish.SAFE, [Status.RECEIVED], None),
    ],
)
def test_a_wish_without_a_number_means_the_only_ticket_that_fits(
    wish: Wish, statuses: list[Status], meant: int | None
) -> None:
    own = [sent(id=str(n), status=status) for n, status in enumerate(statuses)]
    assert conversation.meant(wish, own) is (None if meant is None else own[meant])


def test_safe_means_the_newest_confidential_ticket() -> None:
    secret = sent(sensitivity=Sensitivity.CONFIDENTIAL, ticket=Ticket.issue("07", 9))
    assert conversation.meant(Wish.SAFE, [sent(), secret]) is secret


@pytest.mark.parametrize(
    "text",
    [
        "lampu jalan mati di jl Rajawali",
        "sampah menumpuk dekat masjid",
        "got mampet gg anggrek",
        "banjir di Tangkerang Selatan",
        "jalan Durian berlubang",
        "pohon tumbang depan SD 12",
        "lampu mati di RT 3",
        "oto parkir di muko pasa, dakek simpang",
    ],
)
def test_a_place_is_seen(text: str) -> None:
    assert place.is_named(text)


@pytest.mark.parametrize(
    "text", ["lampu jalan mati", "jalan rusak parah pak", "sampah tidak diangkut", "got mampet"]
)
def test_a_report_without_a_place_is_asked_where(text: str) -> None:
    assert place.is_missing(text, classify(text))


@pytest.mark.parametrize(
    "text",
    [
        "bikin ktp syaratnya apa",
        "kebakaran tolong cepat",
        "saya dipukul suami",
        "bansos tidak cair",
    ],
)
def test_nobody_is_asked_where_whom_it_does_not_help(text: str) -> None:
    assert not place.is_missing(text, classify(text))


@pytest.mark.parametrize(
    ("text", "is_answer"),
    [
        ("jl Melati dekat masjid Al Ikhlas", True),
        ("di gang anggrek, Cinta Raja", True),
        ("depan pasar", True),
        ("lampu jalan mati juga di jl Durian sudah seminggu gelap gulita pak", False),
        ("kebakaran di jl Melati", False),
        ("terima kasih", False),
    ],
)
def test_an_answer_is_a_place_and_no_complaint(text: str, is_answer: bool) -> None:
    assert place.is_answer(text, classify(text)) is is_answer
