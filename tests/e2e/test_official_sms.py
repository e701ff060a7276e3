"""The city has a box text an official, and his answer: real boxes, modems, broker and center."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from appliance.runtime import ids, settings
from appliance.store.box import gauges
from appliance.store.database import connect
from command_center.handling.disposing import Order, dispose
from command_center.handling.files import shipped_units
from command_center.sending import commanding
from command_center.store import database
from command_center.store.cases import requests
from command_center.store.database import reading
from command_center.store.fleet import boxes
from command_center.store.sending import commands
from demo import broker as brokers
from demo.house import BUKIT_RAYA
from tests.e2e.conftest import RunningHouse
from tests.support.programs import needs
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

SUKAJADI = settings.Site(code="14.71.01", name="Sukajadi", city="Kota Pekanbaru")
OFFICIAL, RESIDENT, NEIGHBOUR = "081200000042", "081234567801", "081355567802"
ALWAYS = '[modem]\nquiet_hours = "00:00-00:00"\n'


def a_box(
    folder: Path,
    site: settings.Site,
    engine: brokers.Engine | None = None,
    near: RunningHouse | None = None,
) -> RunningHouse:
    """A box whose officials never rest; `near` is whose broker and city it has."""
    port = near.settings.sync.port if near else None
    house = RunningHouse(folder, engine, broker=port, site=site)
    added = ALWAYS + '[notices]\nquiet_hours = "00:00-00:00"\n'
    if near:
        [key] = near.settings.sync.city_keys
        added += f'[sync]\ncity_keys = ["{key}"]\n'
    settings.additions(house.config).mkdir()
    (settings.additions(house.config) / "test.toml").write_text(added)
    return house


def is_modem_ready(house: RunningHouse) -> bool:
    db = connect(house.settings.store.path)
    try:
        return gauges.of(db, "modem").get("state") == "ready"
    finally:
        db.close()


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[RunningHouse, RunningHouse]]:
    """The box of the case with its city, and another box; both tell that their modem is ready."""
    needs("mosquitto")
    first = a_box(tmp_path / "a", BUKIT_RAYA, brokers.Engine.MOSQUITTO)
    other = a_box(tmp_path / "b", SUKAJADI, near=first)
    try:
        first.start("broker", "center")
        for house in (first, other):
            house.start("modem-simulator", "modem")
        for house in (first, other):
            wait_for(lambda house=house: is_modem_ready(house), "the modem is ready")
            house.start("sync")
        yield first, other
    finally:
        other.supervisor.stop()
        first.supervisor.stop()


@pytest.fixture
def city(two: tuple[RunningHouse, RunningHouse]) -> Iterator[Engine]:
    """The city's database, where both boxes have told how they are and know one official."""
    first, _ = two
    engine = database.connect(first.settings.center.database)

    def told() -> bool:
        with reading(engine) as connection:
            known = boxes.every(connection)
        return len([box for box in known if box.heartbeat]) == 2

    wait_for(told, "both boxes have told how they are")
    table = first.folder / "officials.csv"
    table.write_text(f"agency,rank,name,phone\nDISHUB,1,Kepala Dishub,{OFFICIAL}\n")
    first.center_runs("tables", "publish", "all", "officials", table)
    yield engine
    engine.dispose()


def reported(house: RunningHouse, text: str, phone: str) -> dict[str, str]:
    """A resident texts the box, and the city has the case."""
    house.air.send(phone, text)
    found = wait_for(
        lambda: [case for case in house.at_city() if case["text"] == text], "the city has it"
    )
    case: dict[str, str] = found[0]
    return case


def hand_on(engine: Engine, case: dict[str, str]) -> None:
    """A verifikator hands it to the agency that has it, so that no box tells it by itself."""
    order, now = Order(agency="DISHUB"), datetime.now(UTC)
    dispose(engine, case["request_id"], order, shipped_units("1471"), by="rina", now=now)


def texted(house: RunningHouse, case: dict[str, str]) -> list[str]:
    got = house.air.received_by(OFFICIAL)
    return [text for text in got if text.startswith(f"Disposisi: laporan warga {case['ticket']}")]


def test_an_official_is_texted_by_a_box_that_can_and_answers_to_the_case(
    two: tuple[RunningHouse, RunningHouse], city: Engine
) -> None:
    first, other = two
    case = reported(first, "lampu jalan mati di jl Rajawali", RESIDENT)
    hand_on(city, case)
    wait_for(lambda: texted(first, case), "the box of the case texts him")
    first.air.send(OFFICIAL, f"OK {case['ticket']} petugas berangkat")

    def status(case: dict[str, str]) -> str:
        with reading(city) as connection:
            found = requests.by_id(connection, case["request_id"])
        return found.status if found else ""

    wait_for(lambda: status(case) == "diproses", "his answer moves the case")
    page = first.officer.open(f"/permohonan/{case['request_id']}")
    assert "SMS ke pejabat terkirim lewat kotak Bukit Raya" in page
    assert "Kepala Dishub (Dishub), SMS" in page
    assert texted(other, case) == []

    second = reported(first, "lampu jalan padam di jl Kutilang dekat masjid", NEIGHBOUR)
    first.kill("sync")

    def is_away() -> bool:
        with reading(city) as connection:
            box = boxes.of_site(connection, BUKIT_RAYA.site_code)
        return box is not None and box.is_online is False

    wait_for(is_away, "the broker says that the box is gone")
    hand_on(city, second)
    wait_for(lambda: texted(other, second), "the other box texts him")
    other.air.send(OFFICIAL, f"SELESAI {second['ticket']} sudah menyala")
    wait_for(lambda: status(second) == "selesai", "his answer to the other box counts")
    wait_for(
        lambda: [text for text in other.air.received_by(OFFICIAL) if "berlaku di kota" in text],
        "he hears there what became of it",
    )

    with reading(city) as connection:
        order = commands.every(connection, SUKAJADI.site_code, limit=1)[-1]
    [again] = commanding.issue(
        city,
        [SUKAJADI.site_code],
        order.name,
        order.args,
        expires_s=600,
        now=datetime.now(UTC),
        new_id=ids.new_id,
    )

    def outcome() -> tuple[str, str] | None:
        with reading(city) as connection:
            return commands.outcomes(connection, [again]).get(again)

    assert wait_for(outcome, "the same order again is answered") == ("done", "queued")
    assert len(texted(other, second)) == 1
