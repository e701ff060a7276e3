"""A line that loses, doubles, reorders, breaks and crawls; the city still gets everything once."""

import time
from collections import Counter

import pytest

from appliance.actions.cases import intake
from appliance.domain.cases.service_request import Channel, Draft
from appliance.domain.triage.judgement import classify
from appliance.runtime import clock, ids
from appliance.store.database import connect, transaction
from tests.e2e.conftest import RunningHouse
from tests.e2e.journey import report
from tests.support.people import decide
from tests.support.proxy import Faults, Proxy
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]


BACKLOG = 4_000


def test_loss_doubling_and_reordering_change_nothing_at_either_end(
    house_on_a_faulty_line: RunningHouse, faulty_line: Proxy
) -> None:
    """Checks 20 and 21."""
    house = house_on_a_faulty_line
    texts = [f"lampu jalan mati di gang {number}" for number in range(60)]
    faulty_line.faults = Faults(lose=0.15, double=0.15, swap=0.15)
    for number, text in enumerate(texts):
        report(house, text)
        if number % 20 == 10:
            faulty_line.cut()
            time.sleep(0.2)  # an outage of some length is the fault being tested
            faulty_line.heal()
            faulty_line.faults = Faults(lose=0.15, double=0.15, swap=0.15)
    wait_for(lambda: len(house.at_city()) == len(texts), "the city has all", limit_s=120)
    for row in house.at_city()[:10]:
        decide(house.officer, row["request_id"], "diproses", "Petugas berangkat")
    wait_for(
        lambda: [row["status"] for row in house.at_box()].count("diproses") == 10,
        "the box has every decision",
        limit_s=120,
    )
    faulty_line.heal()
    assert Counter(row["text"] for row in house.at_city()) == Counter(texts)
    assert [row["text"] for row in house.at_city()] == texts
    wait_for(lambda: all(row["acked"] for row in house.at_box()), "all acknowledged", limit_s=90)


def test_an_emergency_overtakes_a_backlog_on_a_slow_line(
    house_on_a_faulty_line: RunningHouse, faulty_line: Proxy
) -> None:
    """Check 7: 64 kbit/s, 650 ms; the city has the emergency within 10 s."""
    house = house_on_a_faulty_line
    faulty_line.faults = Faults(bytes_per_s=8_000, delay_s=0.325)
    db = connect(house.settings.store.path)
    with transaction(db):
        for number in range(BACKLOG):
            draft = Draft(
                channel=Channel.KIOSK, text=f"sampah menumpuk {number}", submission_id=ids.new_id()
            )
            intake.receive_in(db, draft, classify(draft.text), clock.now())
    db.close()
    start = wait_for(lambda: _acked(house), "the backlog is moving", limit_s=60)
    start_s = time.monotonic()
    report(house, "tolong cepat ada kebakaran di pasar")
    wait_for(
        lambda: any(row["kind"] == "darurat" and row["acked"] for row in house.at_box()),
        "the emergency is at the city",
        limit_s=10,
    )
    wait_for(lambda: time.monotonic() - start_s > 15, "15 s of draining", limit_s=30)
    rows_per_s = (_acked(house) - start) / (time.monotonic() - start_s)
    print(f"{rows_per_s:.0f} rows/s on 64 kbit/s and 650 ms")


def _acked(house: RunningHouse) -> int:
    return sum(row["acked"] for row in house.at_box())
