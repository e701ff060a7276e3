"""Check 1: whatever moment the power is cut, a ticket that was shown is there."""

import random
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance.actions.cases import intake
from appliance.domain.cases.service_request import Channel, Draft
from appliance.runtime import clock, ids
from appliance.store import migrate
from appliance.store.city import outbox
from appliance.store.database import connect
from appliance.store.repair import salvage
from tests.powercut import counter, disk, recording
from tests.powercut.recording import Change, Kind

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

CUTS = 220
COMPLAINTS = 120


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recording.compile_recorder(tmp_path_factory.mktemp("recorder"))


@dataclass(frozen=True)
class Remains:
    """What a cut has left."""

    folder: Path
    confirmed: list[str]
    """Tickets shown before the cut."""

    @property
    def database(self) -> Path:
        return self.folder / "posko.db"


def record(recorder: Path, folder: Path, synchronous: str) -> list[Change]:
    house = folder / "house"
    house.mkdir()
    arguments = (str(house), str(COMPLAINTS), synchronous)
    module = counter.__name__
    return recording.run(recorder, module, *arguments, folder=house, log=folder / "log")


def cut(changes: list[Change], folder: Path, seed: int) -> Remains:
    """Cut the power at a random change and rebuild the files."""
    chance = random.Random(seed)
    at = chance.randrange(len(changes))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    disk.after(changes[:at]).cut(folder, chance)
    shown = (c for c in changes[:at] if c.kind is Kind.WRITE and c.name == "confirmed")
    return Remains(folder, [c.data.decode().strip() for c in shown])


def tickets(path: Path) -> set[str]:
    db = sqlite3.connect(path)
    found = {f"{ticket:08d}" for [ticket] in db.execute("SELECT ticket FROM requests")}
    db.close()
    return found


def check_that_all_is_whole(remains: Remains) -> None:
    migrate.ensure(remains.database, counter.SITE, ids.new_epoch, is_thorough=True)
    assert salvage.damaged_files(remains.database) == []
    assert set(remains.confirmed) <= tickets(remains.database)
    db = connect(remains.database)
    places = db.execute("SELECT event_lane, event_seq FROM requests").fetchall()
    assert len({tuple(place) for place in places}) == len(places)
    for lane, state in outbox.lanes(db).items():
        numbers = [row.seq for row in outbox.every(db) if row.lane is lane]
        assert numbers == list(range(state.last_seq - len(numbers) + 1, state.last_seq + 1))
        assert len(numbers) >= state.last_seq - state.acked_seq
    draft = Draft(channel=Channel.PORTAL, text="satu lagi", submission_id=ids.new_id())
    receipt = intake.receive(db, draft, clock.now())
    assert isinstance(receipt, intake.Receipt)
    assert receipt.request.ticket.digits not in remains.confirmed
    db.close()


def test_no_ticket_that_was_shown_is_missing_after_any_cut(recorder: Path, tmp_path: Path) -> None:
    changes = record(recorder, tmp_path, "FULL")
    assert sum(change.kind is Kind.SYNC for change in changes) > COMPLAINTS
    for seed in range(CUTS):
        remains = cut(changes, tmp_path / "cut", seed)
        try:
            check_that_all_is_whole(remains)
        except AssertionError as error:
            raise AssertionError(f"cut {seed}, {len(remains.confirmed)} shown") from error


def test_with_synchronous_normal_shown_tickets_are_missing(recorder: Path, tmp_path: Path) -> None:
    """The replay can tell: what it finds safe is safe because of synchronous=FULL."""
    changes = record(recorder, tmp_path, "NORMAL")
    lost = []
    for seed in range(CUTS // 4):
        remains = cut(changes, tmp_path / "cut", seed)
        migrate.ensure(remains.database, counter.SITE, ids.new_epoch)
        lost.append(len(set(remains.confirmed) - tickets(remains.database)))
    assert max(lost) > 0
