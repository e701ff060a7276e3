"""A week without uplink, with two power cuts and no clock; then the line is back."""

import random
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from appliance.domain.city.topics import Lane
from appliance.runtime import ids
from appliance.store import migrate as box_migrate
from appliance.store.city import outbox
from appliance.store.database import connect
from command_center.cases.dating import Quality
from command_center.store import database, migrate
from command_center.store.cases.requests import CityRequest
from tests.builders import CITY_EPOCH
from tests.conftest import SITE, START
from tests.powercut import disk, recording, week
from tests.powercut.recording import Kind
from tests.powercut.week import STRETCHES, Stretch
from tests.support.talk import Talk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

TOLERANCE = timedelta(seconds=2)


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recording.compile_recorder(tmp_path_factory.mktemp("recorder"))


@pytest.fixture
def city(tmp_path: Path) -> Engine:
    engine = database.connect(f"sqlite:///{tmp_path / 'center.db'}")
    migrate.ensure(engine, SITE.city, lambda: CITY_EPOCH, START)
    return engine


def live_through(recorder: Path, folder: Path, number: int, chance: random.Random) -> set[int]:
    """Run a stretch and cut the power somewhere in its second half; return what was confirmed."""
    before = disk.found(folder)
    log = folder.with_name(f"log-{number}")
    arguments = (str(folder), str(number))
    changes = recording.run(recorder, week.__name__, *arguments, folder=folder, log=log)
    changes = changes[: chance.randrange(len(changes) // 2, len(changes))]
    shutil.rmtree(folder)
    folder.mkdir()
    disk.after(changes, before).cut(folder, chance)
    shown = (c for c in changes if c.kind is Kind.WRITE and c.name == "confirmed")
    return {int(change.data) for change in shown}


@pytest.mark.parametrize("seed", range(3))
def test_after_a_week_offline_and_two_power_cuts_the_city_has_all_that_was_confirmed(
    recorder: Path, tmp_path: Path, city: Engine, seed: int
) -> None:
    """Check 10 too: a box without a clock, and the city knows when things happened."""
    chance = random.Random(seed)
    house = tmp_path / "house"
    house.mkdir()
    confirmed = live_through(recorder, house, 0, chance) | live_through(recorder, house, 1, chance)
    command = [sys.executable, "-m", week.__name__, str(house), "2"]
    subprocess.run(command, check=True, cwd=recording.ROOT, timeout=100)
    confirmed |= set(range(STRETCHES[2].first, STRETCHES[2].last))
    assert len(confirmed) > week.INTAKES // 2

    box_migrate.ensure(house / "posko.db", SITE, ids.new_epoch, is_thorough=True)
    db = connect(house / "posko.db")
    talk = Talk(db, city, lambda elapsed_s: STRETCHES[2].moment(START + timedelta(0, elapsed_s)))
    talk.settle(turns=40)

    stored = {case.text: case for case in talk.at_city()}
    assert len(stored) == len(talk.at_city())
    assert {week.text(number) for number in confirmed} <= set(stored)
    at_box = [row["text"] for row in db.execute("SELECT text FROM requests")]
    assert sorted(at_box) == sorted(stored)
    lanes = outbox.lanes(db)
    for lane in (Lane.URGENT, Lane.COMPLAINTS):
        assert lanes[lane].acked_seq == lanes[lane].last_seq
    for number in range(week.INTAKES):
        is_last_before_a_cut = week.text(number + 1) not in stored
        if (case := stored.get(week.text(number))) is not None and not is_last_before_a_cut:
            check_time(case, number)
    db.close()


def check_time(case: CityRequest, number: int) -> None:
    """Right where the box knew the time, or has not rebooted since; never in the future.

    (An SMS that was kept just before a cut becomes a request only after it.)
    """
    stretch = stretch_of(number)
    assert case.occurred_at <= case.received_at
    if stretch.has_clock or stretch is STRETCHES[-1]:
        assert abs(case.occurred_at - week.true_time(number)) < TOLERANCE
        assert case.time_quality == (Quality.TRUSTED if stretch.has_clock else Quality.COUNTED)
    else:
        assert case.time_quality == Quality.STATED


def stretch_of(number: int) -> Stretch:
    return next(one for one in STRETCHES if one.first <= number < one.last)
