"""A box, the city it belongs to, and the doctor."""

import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance import __main__ as posko
from appliance.runtime import ids
from appliance.store import migrate
from tests.conftest import SITE
from tests.integration.doctor.sick import Doctor, Sick
from tests.support.city_broker import CityBroker


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CityBroker]:
    broker = CityBroker(tmp_path_factory.mktemp("city"))
    broker.certificates.make("box", "147107")
    broker.certificates.make("box", "147108")
    now = datetime.now(UTC)
    broker.certificates.date("147108", now - timedelta(days=9), now - timedelta(days=2))
    for name in ("147107", "147108"):
        (broker.certificates.folder / f"{name}.key").chmod(0o600)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def sick(tmp_path: Path, city: CityBroker) -> Iterator[Sick]:
    mask = os.umask(0o007)  # as every program of ours has it
    box = Sick(tmp_path, city, database=tmp_path / "posko.db")
    box.set("site", code="14.71.07", name="Bukit Raya", city="Kota Pekanbaru")
    box.set("store", path=str(box.database))
    migrate.ensure(box.database, SITE, ids.new_epoch)
    yield box
    os.umask(mask)


@pytest.fixture
def doctor(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Doctor:
    def run(box: Sick, *words: str) -> tuple[int, list[dict[str, str]]]:
        where = ["--config", str(box.write()), "--root", str(box.home)]
        monkeypatch.setattr(sys, "argv", ["posko", "doctor", "--json", *words, *where])
        status = posko.main()
        told = json.loads(capsys.readouterr().out)
        assert status == told["status"]
        return told["status"], told["findings"]

    return run
