"""The report card of each day is kept: it is there at once after a start, and made by one only."""

from datetime import UTC, timedelta
from pathlib import Path
from threading import Barrier, Event, Thread

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, func, select

from appliance.domain.cases.service_request import Status
from command_center.cases import casework
from command_center.public.cards import Cards, keep, last_midnight, make, stored
from command_center.store import database
from command_center.store.public import kept_cards
from command_center.store.schema.public import scorecards
from tests.conftest import START
from tests.support.city_staff import a_center
from tests.support.waiting import wait_for
from tests.unit.command_center.city import change, hello, received

LATER = START + timedelta(days=40)
DAY = timedelta(days=1)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """Twelve reports, of which an even number is resolved, so that a median is a half or whole."""
    hello(engine)
    for n in range(12):
        agency = "DLHK" if n % 2 else "DISHUB"
        case = received(engine, agency=agency, created_at=START + timedelta(hours=n))
        if n % 3:
            at = START + timedelta(days=n)
            casework.change_status(engine, case.request_id, Status.RESOLVED, "", by="x", now=at)
    return engine


def looked_at(engine: Engine, days: int = 0) -> FlaskClient:
    """A center that has shown the card of a day, as after a start."""
    client = a_center(engine, now=LATER + days * DAY).test_client()
    until = last_midnight(LATER + days * DAY).isoformat()
    wait_for(lambda: client.get("/rapor.json").get_json()["until"] == until, "the card of the day")
    return client


def test_a_card_reads_back_as_it_was_made(filled: Engine) -> None:
    made = make(filled, last_midnight(LATER))
    keep(filled, made, LATER)
    assert stored(filled, last_midnight(LATER)) == made
    assert stored(filled, last_midnight(LATER + DAY)) == made
    assert stored(filled, last_midnight(LATER - DAY)) is None


def test_a_status_that_nobody_knows_counts_as_if_nothing_had_happened(filled: Engine) -> None:
    case = received(filled, agency="DLHK", created_at=START)
    untouched = make(filled, last_midnight(LATER))
    casework.change_status(filled, case.request_id, Status.IN_PROGRESS, "", by="x", now=START)
    change(filled, "UPDATE case_history SET status = 'ditimbang' WHERE status = 'diproses'")
    change(filled, "UPDATE requests SET status = 'ditimbang' WHERE status = 'diproses'")
    assert make(filled, last_midnight(LATER)).rows == untouched.rows


def test_after_a_start_the_last_card_is_there_at_once_while_the_new_one_is_made(
    filled: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = looked_at(filled)
    told = {path: before.get(path).data for path in ("/rapor", "/rapor.json", "/data/laporan.csv")}
    may_go_on = Event()
    monkeypatch.setattr(
        "command_center.public.cards.make", lambda *of: may_go_on.wait(20) and make(*of)
    )
    after = a_center(filled, now=LATER + DAY).test_client()
    seen = {path: after.get(path).data for path in told}
    may_go_on.set()
    assert seen == told
    wait_for(lambda: after.get("/rapor").data != told["/rapor"], "the new card")


def test_another_start_on_the_same_day_makes_no_second_card(filled: Engine) -> None:
    first = looked_at(filled).get("/rapor.json").get_json()
    received(filled, agency="DLHK", created_at=START)
    assert looked_at(filled).get("/rapor.json").get_json() == first


def test_a_day_without_a_visitor_has_its_card_too(
    filled: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("command_center.public.cards.RETRY_S", 0.0)
    today = LATER
    cards = Cards(filled, lambda: today)
    for _ in range(3):
        until = last_midnight(today)
        for _ in range(5):
            cards.look()
        wait_for(lambda u=until: (made := stored(filled, u)) and made.until == u, "the day's card")
        today += DAY
    with database.reading(filled) as connection:
        assert connection.scalar(select(func.count()).select_from(scorecards)) == 3


def test_a_new_day_makes_a_new_card_and_the_past_one_can_be_asked_for(filled: Engine) -> None:
    past = looked_at(filled).get("/rapor.json").get_json()
    received(filled, agency="DLHK", created_at=START)
    client = looked_at(filled, days=1)
    assert client.get("/rapor.json").get_json() != past
    yesterday = last_midnight(LATER).date() - DAY
    assert client.get(f"/rapor.json?day={yesterday}").get_json() == past
    assert client.get("/rapor.json?day=2020-01-01").status_code == 404
    for nonsense in ("", "x", "2026-13-01", "9999-12-31", "2026-11-30T00:00"):
        assert client.get(f"/rapor.json?day={nonsense}").status_code == 400


def test_cards_older_than_400_days_go_and_only_the_newest_keeps_its_open_data(
    filled: Engine,
) -> None:
    for day in (0, 1, 401):
        keep(filled, make(filled, last_midnight(LATER + day * DAY)), LATER)
    with database.reading(filled) as connection:
        rows = connection.execute(
            select(scorecards.c.until, scorecards.c.counts.is_not(None)).order_by("until")
        ).all()
    ends = [int(last_midnight(LATER + n * DAY).timestamp() * 1000) for n in (1, 401)]
    assert [tuple(row) for row in rows] == [(ends[0], False), (ends[1], True)]


def test_a_card_of_an_older_algorithm_is_made_again(filled: Engine) -> None:
    until = last_midnight(LATER).astimezone(UTC)
    old = kept_cards.KeptCard(since=until, until=until, algorithm=0, card=b"[]", counts=b"[]")
    with database.writing(filled) as connection:
        kept_cards.put(connection, old, LATER)
    assert looked_at(filled).get("/rapor.json").get_json()["algorithm"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("city_url", ["postgresql"], indirect=True)
def test_of_two_programs_one_makes_the_card(
    filled: Engine, city_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that is a file has one program only."""
    monkeypatch.setattr("command_center.public.cards.RETRY_S", 0.0)
    engines = [filled, database.connect(city_url, files=tmp_path)]
    start, made = Barrier(2), []
    for engine in engines:
        event.listen(engine, "before_cursor_execute", lambda *told: made.append(told[2]))

    def look(engine: Engine) -> None:
        cards = Cards(engine, lambda: LATER)
        start.wait()
        wait_for(cards.latest, "a card")

    threads = [Thread(target=look, args=[engine]) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(words.startswith("INSERT INTO scorecards") for words in made) == 1
    with database.reading(filled) as connection:
        assert connection.scalar(select(func.count()).select_from(scorecards)) == 1
    engines[1].dispose()
