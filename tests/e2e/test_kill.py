"""kill -9 of every process at random moments while residents report on all channels (check 2)."""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest

from appliance.domain.ids import Ticket
from tests.e2e.conftest import RunningHouse
from tests.support.people import decide, report_at_kiosk, report_on_portal
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

Report = Callable[[str, str], Ticket]
ROUNDS = int(os.environ.get("POSKO_KILL_ROUNDS", "36"))
DECISIONS = 12
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
        house.air.send(phone(number), texted[-1])
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
        receipts = house.air.received_by(phone(number))
        assert len(receipts) <= 1, f"a receipt was sent twice: {receipts}"


def test_a_decision_reaches_the_resident_once_whatever_dies(house: RunningHouse) -> None:
    for number in range(DECISIONS):
        house.air.send(phone(number), f"sampah menumpuk di gang {number}")
    wait_for(lambda: len(house.at_city()) == DECISIONS, "the city has all", limit_s=60)
    victims = ("sync", "center", "broker", "modem")
    for number, row in enumerate(house.at_city()):
        decide(house.officer, row["request_id"], "diproses", f"Kabar untuk {number}")
        victim = victims[number % len(victims)]
        house.supervisor.kill(victim)
        house.supervisor.start_again(victim)
    wait_for(
        lambda: {row["status"] for row in house.at_box()} == {"diproses"},
        "every decision is applied",
        limit_s=120,
    )
    wait_for(
        lambda: not {text["state"] for text in house.at_box("texts")} & {"queued", "sending"},
        "every text is settled",
        limit_s=60,
    )
    told = [
        [text for text in house.air.received_by(phone(number)) if "Kabar" in text]
        for number in range(DECISIONS)
    ]
    assert max(len(texts) for texts in told) == 1
    queued = Counter(row["body"] for row in house.at_box("texts") if "Kabar" in row["body"])
    assert len(queued) == DECISIONS
    assert set(queued.values()) == {1}


def phone(number: int) -> str:
    return f"0813{number:08d}"


def promise(promised: list[tuple[Ticket, str]], report: Report, base: str, number: int) -> None:
    text = f"lampu jalan mati {report.__name__} nomor {number}"
    promised.append((report(base, text), text))
