"""Pekanbaru and Banjarmasin at once on one broker: each city hears its own box only."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.runtime.settings import Site
from demo.broker import Engine
from tests.e2e.conftest import RunningHouse
from tests.support.people import report_on_portal
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

SELATAN = Site(code="63.71.01", name="Banjarmasin Selatan", city="Kota Banjarmasin")
NEEDED = ("center", "sync", "portal", "modem-simulator", "modem")
PHONE = "081234567803"
SMS = "LAPOR#Budi#Kelayan Dalam#sampah menumpuk sudah seminggu"


@pytest.fixture
def cities(tmp_path: Path) -> Iterator[tuple[RunningHouse, RunningHouse]]:
    """A house of each city; the broker is the first one's."""
    first = RunningHouse(tmp_path / "pekanbaru", Engine.MOSQUITTO)
    second = RunningHouse(
        tmp_path / "banjarmasin", None, broker=first.settings.center.port, site=SELATAN
    )
    try:
        first.start("broker", "center", "sync", "portal")
        second.start(*NEEDED)
        yield first, second
    finally:
        second.supervisor.stop()
        first.supervisor.stop()


def by_channel(house: RunningHouse, count: int) -> dict[str, dict[str, Any]]:
    rows = house.at_city()
    return {row["channel"]: row for row in rows} if len(rows) == count else {}


def test_a_complaint_reaches_the_page_of_its_own_city_from_either_channel(
    cities: tuple[RunningHouse, RunningHouse],
) -> None:
    pekanbaru, banjarmasin = cities
    banjarmasin.air.send(PHONE, SMS)
    ticket = report_on_portal(banjarmasin.portal, "lampu jalan mati di kel Mantuil")
    report_on_portal(pekanbaru.portal, "lampu jalan mati di kel Sukajadi")
    here = wait_for(lambda: by_channel(banjarmasin, 2), "Banjarmasin has both")
    there = wait_for(lambda: by_channel(pekanbaru, 1), "Pekanbaru has its own")
    assert here["portal"]["ticket"] == str(ticket)
    assert {row["ticket"][:2] for row in here.values()} == {"01"}
    sms, portal = page(banjarmasin, here["sms"]), page(banjarmasin, here["portal"])
    assert "<dt>Kelurahan</dt><dd>Kelayan Dalam</dd>" in sms
    assert "<dd>DLH</dd>" in sms
    assert ">Tanjung Pagar</option>" in sms, "the menu of kelurahan"
    assert "Kota Banjarmasin" in sms
    assert "Pekanbaru" not in sms + portal
    assert "Banjarmasin" not in page(pekanbaru, there["portal"])
    assert "Kota Banjarmasin" in banjarmasin.officer.open("/rapor")


def page(house: RunningHouse, row: dict[str, Any]) -> str:
    """The case of a row of the list, as an officer of its city sees it."""
    return " ".join(house.officer.open(f"/permohonan/{row['request_id']}").split())
