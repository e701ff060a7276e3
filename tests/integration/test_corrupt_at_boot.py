"""Box check 12: a box that boots with a corrupt database takes complaints, and the city is told."""

import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from appliance.actions.cases import intake
from appliance.runtime import clock
from appliance.runtime.broker_settings import Sync
from appliance.store.database import connect
from appliance.store.files import wal
from appliance.store.migrate import PAGE_BYTES
from command_center.dashboard import fleet
from command_center.store.database import reading
from command_center.store.fleet import boxes
from tests.builders import a_draft
from tests.conftest import SITE
from tests.support.broker import Broker
from tests.support.running_agent import RunningAgent
from tests.support.running_city import RunningCity
from tests.support.waiting import wait_for
from tests.unit.command_center.city import all_requests

pytestmark = pytest.mark.slow

KNOWN, WAITING = 6, 6
"""Complaints that the city has when the power goes, and those that it has not."""
FIRST_PAGES = 40
"""Overwritten pages begin behind the list of tables."""


def report(path: Path, *texts: str) -> list[str]:
    with closing(connect(path)) as db:
        told = [intake.receive(db, a_draft(text), clock.now()) for text in texts]
    return [one.request.ticket.digits for one in told if isinstance(one, intake.Receipt)]


def overwritten(path: Path) -> None:
    """A card that returns other blocks than were written: every fourth page is garbage."""
    content, chance = bytearray(path.read_bytes()), random.Random(4)
    for at in range(FIRST_PAGES * PAGE_BYTES, len(content), 4 * PAGE_BYTES):
        content[at : at + PAGE_BYTES] = chance.randbytes(PAGE_BYTES)
    path.write_bytes(content)


def truncated(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])


def without_header(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(bytes(PAGE_BYTES) + content[PAGE_BYTES:])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


DAMAGES = (overwritten, truncated, without_header, emptied)


def boot(path: Path) -> None:
    """What posko-migrate.service does before any daemon starts."""
    config = path.with_name("posko.toml")
    config.write_text(
        '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
        f'[store]\npath = "{path}"\n'
    )
    command = [sys.executable, "-m", "appliance", "migrate", "--config", str(config)]
    subprocess.run(command, check=True, capture_output=True)


def troubles(engine: Engine) -> tuple[str, ...]:
    """What the page of boxes shows of this one."""
    with reading(engine) as connection:
        known = list(boxes.every(connection))
    [health] = fleet.fleet(known, [SITE], {}, datetime.now(UTC), is_link_up=True)
    return health.troubles


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_it_is_set_aside_and_salvaged_and_the_box_goes_on(
    engine: Engine, broker: Broker, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    agent = RunningAgent(tmp_path, Sync(port=broker.port))
    path = agent.path
    before = report(path, *(f"jalan berlubang di gang {n}" for n in range(KNOWN)))
    with RunningCity(engine, broker.port), agent:
        wait_for(lambda: len(all_requests(engine)) == KNOWN, "the city knows some")
    before += report(path, *(f"sampah menumpuk di rt {n}" for n in range(WAITING)))
    damage(path)

    boot(path)
    [aside] = path.parent.glob("posko.db.damaged-*Z")
    assert aside.exists()
    after = report(path, "banjir setinggi lutut")
    assert not set(after) & set(before)
    with RunningCity(engine, broker.port), agent:
        wait_for(lambda: after[0] in tickets(engine), "what is told from now on reaches the city")
        wait_for(lambda: any("store:" in one for one in troubles(engine)), "and what has happened")
    assert len(set(tickets(engine))) == len(tickets(engine)), "nothing is doubled"
    readable = KNOWN + WAITING if damage is without_header else KNOWN
    assert len(tickets(engine)) >= readable + 1


def tickets(engine: Engine) -> list[str]:
    return [request.ticket for request in all_requests(engine)]


def test_garbage_behind_the_last_commit_is_no_damage(tmp_path: Path) -> None:
    """What a power cut leaves in the WAL: half a frame, of an older turn or of nothing."""
    path = RunningAgent(tmp_path, Sync()).path
    with closing(connect(path)) as db:
        told = [intake.receive(db, a_draft(f"gang {n}"), clock.now()) for n in range(3)]
        content = wal(path).read_bytes()
        copy = tmp_path / "after" / "posko.db"
        copy.parent.mkdir()
        copy.write_bytes(path.read_bytes())
        wal(copy).write_bytes(content + random.Random(5).randbytes(7000))
    boot(copy)
    assert list(copy.parent.glob("*.damaged-*")) == []
    with sqlite3.connect(copy) as db:
        assert db.execute("SELECT count(*) FROM requests").fetchone() == (len(told),)
    report(copy, "banjir")
