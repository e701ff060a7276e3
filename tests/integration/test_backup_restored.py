"""Box check 13: a box that is lost lives on in another one, made of last night's backup, beside the
real command center: each complaint is there once, and no ticket is given twice."""

import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from appliance.actions.cases import intake, photos
from appliance.domain.cases.photo import Photo
from appliance.domain.cases.service_request import Status
from appliance.domain.quota import Quota
from appliance.runtime import clock
from appliance.runtime.broker_settings import Sync
from appliance.store.cases import requests
from appliance.store.city import outbox
from appliance.store.database import connect
from command_center.cases import casework
from command_center.commands import sealed
from tests.builders import a_draft
from tests.support.broker import Broker
from tests.support.running_agent import RunningAgent
from tests.support.running_city import RunningCity
from tests.support.waiting import wait_for
from tests.unit.command_center.city import all_requests, rows


class ABox:
    """A box in a folder of its own, and the commands of its technician."""

    def __init__(self, folder: Path, key: str, broker: Broker) -> None:
        folder.mkdir()
        self.path, self.config = folder / "posko.db", folder / "posko.toml"
        self.agent = RunningAgent(folder, Sync(port=broker.port))
        self.config.write_text(
            '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
            f'[store]\npath = "{self.path}"\n[backup]\nkey = "{key}"\n'
        )

    def report(self, *texts: str, content: bytes = b"") -> list[str]:
        """Residents tell; return the tickets they were shown."""
        with closing(connect(self.path)) as db:
            staged = None
            if content:
                photo = Photo(content=content, media_type="image/png")
                quota = Quota(limit=9, window=timedelta(hours=1))
                staged = photos.stage(db, photo, clock.now(), origin=None, limit=quota)
            told = [
                intake.receive(db, a_draft(text), clock.now(), photo=staged if not n else None)
                for n, text in enumerate(texts)
            ]
        return [one.request.ticket.digits for one in told if isinstance(one, intake.Receipt)]

    def posko(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Give a command of the technician's."""
        command = [sys.executable, "-m", "appliance", *words, "--config", str(self.config)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def is_drained(self) -> bool:
        """Whether the city has all."""
        with closing(connect(self.path)) as db:
            return all(lane.acked_seq == lane.last_seq for lane in outbox.lanes(db).values())


def tickets(engine: Engine) -> list[str]:
    return sorted(request.ticket for request in all_requests(engine))


@pytest.mark.slow
def test_a_lost_box_lives_on_in_another_one(engine: Engine, broker: Broker, tmp_path: Path) -> None:
    key_file, stick = tmp_path / "backup.key", tmp_path / "stick"
    key = sealed.create(key_file)
    lost = ABox(tmp_path / "lost", key, broker)
    given = lost.report(*(f"jalan berlubang di gang {n}" for n in range(5)))
    with RunningCity(engine, broker.port), lost.agent:
        wait_for(lambda: len(all_requests(engine)) == 5, "the city has five")
        wait_for(lost.is_drained, "and the box knows it")
    given += lost.report("sampah menumpuk", "banjir di pasar", content=b"a photo")

    stick.mkdir()
    done = lost.posko("backup", "--to", str(stick))
    assert done.returncode == 0, done.stderr
    assert "7 requests, 1 files, verified" in done.stdout

    given += lost.report(*(f"lampu jalan mati di rt {n}" for n in range(4)))
    with RunningCity(engine, broker.port) as city:
        with lost.agent:
            wait_for(lambda: len(all_requests(engine)) == 11, "the city has eleven")
            wait_for(lost.is_drained, "and the box knows it")
        known, unknown = with_text(engine, "gang 0"), with_text(engine, "rt 3")
        for request_id in (known, unknown):
            now = datetime.now(UTC)
            casework.change_status(
                engine, request_id, Status.IN_PROGRESS, "besok", by="Rina", now=now
            )
        city.receiver.wake()

    other = ABox(tmp_path / "other", key, broker)
    done = other.posko("restore", str(stick), "--key", str(key_file))
    assert done.returncode == 0, done.stderr
    assert "7 requests" in done.stdout
    assert "1 files, 0 missing" in done.stdout
    offline = other.report("parit tersumbat", "pohon tumbang")
    assert not set(given) & set(offline), "not even before the city has told what is used"

    with RunningCity(engine, broker.port), other.agent:
        wait_for(lambda: len(all_requests(engine)) == 13, "the city has what it lacked")
        wait_for(other.is_drained, "and the box knows it")
        wait_for(lambda: rows(engine, "SELECT 1 FROM photos WHERE state = 'stored'"), "the photo")
        wait_for(lambda: status_at(other, known) == "diproses", "news of a case")
        afterwards = other.report("air mati dua hari")
        wait_for(lambda: len(all_requests(engine)) == 14, "and goes on")

    assert tickets(engine) == sorted(given + offline + afterwards)
    assert len(set(tickets(engine))) == 14, "no ticket is given twice"
    assert rows(engine, "SELECT count(DISTINCT request_id) FROM requests") == [(14,)]
    with closing(connect(other.path)) as db:
        assert outbox.rejected(db) == 0


def with_text(engine: Engine, words: str) -> str:
    return next(one.request_id for one in all_requests(engine) if words in one.text)


def status_at(one: ABox, request_id: str) -> str:
    with closing(connect(one.path)) as db:
        found = requests.by_id(db, request_id)
        return found.status if found else ""
