"""kill -9 of every process at random moments while residents report on all channels."""

import os
import random
import threading
import time
from collections import Counter

import pytest

from appliance.domain.ids import Ticket
from tests.e2e.conftest import RunningHouse
from tests.support.people import report_at_kiosk, report_on_portal
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROUNDS = int(os.environ.get("POSKO_KILL_ROUNDS", "36"))
VICTIMS = ("portal", "kiosk", "modem", "sync", "center", "broker")


def test_nothing_is_lost_and_nothing_doubled_whatever_dies(house: RunningHouse) -> None:
    seed = int(os.environ.get("POSKO_SEED", str(random.randrange(10**6))))
    print(f"POSKO_SEED={seed}")
    chance = random.Random(seed)
    promised: list[tuple[Ticket, str]] = []
    texted: list[str] = []

    for number in range(ROUNDS):
        residents = [
            threading.Thread(
                target=promise, args=(promised, report_on_portal, house.portal, number)
            ),
            threading.Thread(target=promise, args=(promised, report_at_kiosk, house.kiosk, number)),
        ]
        for resident in residents:
            resident.start()
        texted.append(f"sampah menumpuk di gang {number}")
        house.air.send(f"0813{number:08d}", texted[-1])
        time.sleep(chance.uniform(0, 0.6))  # the moment of death is the random input
        victim = VICTIMS[number % len(VICTIMS)]
        house.supervisor.kill(victim)
        house.supervisor.start_again(victim)
        for resident in residents:
            resident.join()

    everything = {text for _, text in promised} | set(texted)
    assert len(everything) == 3 * ROUNDS
    wait_for(lambda: len(house.at_box()) >= 3 * ROUNDS, "the box has all", limit_s=60)
    wait_for(lambda: len(house.at_city()) >= 3 * ROUNDS, "the city has all", limit_s=120)
    box, city = house.at_box(), house.at_city()
    assert Counter(row["text"] for row in box) == Counter(everything)
    assert Counter(row["text"] for row in city) == Counter(everything)
    assert {row["ticket"]: row["text"] for row in box} == {
        row["ticket"]: row["text"] for row in city
    }
    assert {str(ticket): text for ticket, text in promised}.items() <= {
        row["ticket"]: row["text"] for row in box
    }.items()
    for number in range(ROUNDS):
        receipts = house.air.received_by(f"0813{number:08d}")
        assert len(receipts) <= 1, f"a receipt was sent twice: {receipts}"


def promise(promised: list[tuple[Ticket, str]], report: object, base: str, number: int) -> None:
    text = f"lampu jalan mati {report.__name__} nomor {number}"  # type: ignore[attr-defined]
    promised.append((report(base, text), text))  # type: ignore[operator]
