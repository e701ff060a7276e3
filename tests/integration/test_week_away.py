"""Replies of a week reach a box that was off, each once and in their order, by a real broker."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

import pytest
from sqlalchemy import Engine

from appliance.actions.cases import intake
from appliance.domain.cases.service_request import Status
from appliance.domain.phone import Msisdn
from appliance.runtime import clock
from appliance.runtime.broker_settings import Sync
from appliance.store.database import connect
from command_center.cases import casework
from command_center.handling.disposing import Order, dispose
from command_center.handling.files import shipped_units
from command_center.store.database import reading
from command_center.store.sending.downlinks import lanes
from tests.builders import a_draft
from tests.support.broker import Broker
from tests.support.running_agent import RunningAgent
from tests.support.running_city import RunningCity
from tests.support.waiting import wait_for
from tests.unit.command_center.city import all_requests, request

CASES, DAYS, A_DAY = 6, 7, 50
"""350 replies: four batches of the downlink."""
UNITS = shipped_units("1471")
ANSWERS = (Status.FORWARDED, Status.IN_PROGRESS, Status.NEEDS_DETAILS, Status.VERIFIED)


@pytest.fixture
def agent(tmp_path: Path, broker: Broker) -> RunningAgent:
    return RunningAgent(tmp_path, Sync(port=broker.port))


def ask(agent: RunningAgent, sql: str) -> list[tuple[object, ...]]:
    db = connect(agent.path)
    try:
        return [tuple(row) for row in db.execute(sql)]
    finally:
        db.close()


def report(agent: RunningAgent) -> None:
    """Residents tell of some matters."""
    db = connect(agent.path)
    for n in range(CASES):
        phone = Msisdn(f"+62812345678{n:02d}")
        draft = a_draft("sampah menumpuk di depan pasar", reporter_phone=phone)
        intake.receive(db, draft, clock.now())
    db.close()


def work(engine: Engine, ids: list[str], wake: Callable[[], None]) -> list[str]:
    """Officers work for a week; return what they said, in their order."""
    said, turns = [], cycle(ids)
    start = datetime.now(UTC) - timedelta(days=DAYS)
    answers = {id_: cycle(ANSWERS) for id_ in ids}
    for n in range(DAYS * A_DAY):
        id_, when = next(turns), start + timedelta(minutes=n * 20)
        said.append(f"kabar {n} " + "x" * 100)
        casework.change_status(engine, id_, next(answers[id_]), said[-1], by="Rina", now=when)
        wake()
    return said


@pytest.mark.slow
def test_a_box_that_was_off_for_a_week_hears_all_in_order_and_once(
    engine: Engine, broker: Broker, agent: RunningAgent
) -> None:
    report(agent)
    with RunningCity(engine, broker.port) as city, agent:
        wait_for(lambda: len(all_requests(engine)) == CASES, "the city has the reports")
    ids = [case.request_id for case in all_requests(engine)]
    with RunningCity(engine, broker.port) as city:
        wait_for(lambda: city.link.is_up, "the city is back")
        said = work(engine, ids, city.receiver.wake)
    broker.kill()  # what it kept for the box may be gone
    broker.start()
    order = Order(agency="DLHK", unit=next(iter(UNITS["DLHK"])))
    dispose(engine, ids[0], order, UNITS, by="Rina", now=datetime.now(UTC))

    def heard() -> list[tuple[object, ...]]:
        return ask(agent, "SELECT message FROM request_history ORDER BY id")

    with RunningCity(engine, broker.port) as city:
        with agent:
            wait_for(heard, "the first of them arrive")
        with agent:  # the power goes while it catches up
            wait_for(lambda: len(heard()) >= len(said), "all have arrived", limit_s=40)
            wait_for(lambda: _is_settled(engine), "the city knows it")
    assert [message for (message,) in heard() if message] == said
    assert ask(agent, "SELECT count(*) FROM inbox WHERE outcome != 'applied'") == [(0,)]
    for id_ in ids:
        [(status,)] = ask(agent, f"SELECT status FROM requests WHERE id = '{id_}'")
        assert status == request(engine, id_).status
    texts = ask(agent, "SELECT request_id, body FROM texts WHERE purpose = 'status' ORDER BY id")
    numbers = [int(str(body).split("kabar ")[1].split()[0]) for _, body in texts if "kabar" in body]
    assert len(numbers) > CASES
    assert numbers == sorted(set(numbers)), "residents are texted in order, and once"


def _is_settled(engine: Engine) -> bool:
    with reading(engine) as connection:
        return all(lane.acked_seq == lane.last_seq for lane in lanes(connection))
