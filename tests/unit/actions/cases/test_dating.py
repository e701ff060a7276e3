"""Box check 11: when requests were made, corrected once the network has set the clock."""

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta

from appliance.actions.cases import dating, intake
from appliance.domain.cases.service_request import Status, StatusEntry
from appliance.domain.moment import Moment
from appliance.store.cases import requests
from appliance.store.database import transaction
from tests.builders import a_draft
from tests.conftest import START, at

YEAR = timedelta(days=365)


def told(db: sqlite3.Connection, now: Moment, text: str = "lampu jalan mati") -> str:
    receipt = intake.receive(db, a_draft(text, reporter_phone=None), now)
    assert isinstance(receipt, intake.Receipt)
    return receipt.request.id


def times(db: sqlite3.Connection, request_id: str) -> tuple[datetime, datetime]:
    found = requests.by_id(db, request_id)
    assert found
    return found.created_at, found.updated_at


def off(now: Moment, by: timedelta) -> Moment:
    return replace(now, wall=now.wall + by)


def exact(now: Moment) -> Moment:
    return replace(now, source="ntp")


def test_those_of_this_boot_get_their_time_to_the_second(db: sqlite3.Connection) -> None:
    ahead, behind = told(db, off(at(hours=1), YEAR)), told(db, off(at(hours=2), -YEAR), "banjir")
    assert dating.correct(db, exact(at(hours=3))) == 2
    assert times(db, ahead) == (START + timedelta(hours=1),) * 2
    assert times(db, behind) == (START + timedelta(hours=2),) * 2
    assert dating.correct(db, exact(at(hours=4))) == 0


def test_what_the_city_has_said_since_keeps_its_time(db: sqlite3.Connection) -> None:
    request_id, moved = told(db, off(at(hours=1), -YEAR)), START + timedelta(hours=2)
    entry = StatusEntry(status=Status.VERIFIED, message="", agency=None, at=moved)
    with transaction(db):
        requests.set_status(db, request_id, entry)
    dating.correct(db, exact(at(hours=3)))
    assert times(db, request_id) == (START + timedelta(hours=1), moved)


def test_a_claim_of_the_future_from_an_earlier_boot_was_before_this_one(
    db: sqlite3.Connection,
) -> None:
    request_id = told(db, replace(off(at(hours=1), YEAR), boot_id="an earlier boot"))
    assert dating.correct(db, exact(at(hours=3))) == 1
    assert times(db, request_id) == (START, START), "all that is known"


def test_nothing_changes_under_a_clock_that_may_be_wrong_or_was_right(
    db: sqlite3.Connection,
) -> None:
    fine = told(db, at(hours=1))
    wrong = told(db, off(at(hours=1), YEAR), "banjir")
    assert dating.correct(db, at(hours=3)) == 0
    assert dating.correct(db, exact(at(hours=3))) == 1
    assert times(db, fine)[0] == times(db, wrong)[0]
