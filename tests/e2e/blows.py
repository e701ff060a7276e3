"""Deaths and faults at random, and whether both ends agree after them."""

import os
import random
import time
from collections import Counter

from appliance.actions.cases import intake
from appliance.domain.cases.service_request import Channel, Draft
from appliance.domain.phone import Msisdn
from appliance.runtime import clock, ids
from appliance.store.database import connect
from tests.e2e.conftest import RunningHouse
from tests.support.people import decide
from tests.support.proxy import Faults, Proxy
from tests.support.waiting import wait_for

STRETCH = 28
FAMILIES = ("lampu jalan mati di gang {}", "tolong cepat ada kebakaran di gang {}")
"""Complaints travel in one lane, emergencies in another."""
NEWS = "petugas berangkat"


class Fate:
    """What happens to the house, by chance."""

    def __init__(self, house: RunningHouse, line: Proxy, chance: random.Random) -> None:
        self._house, self._line, self._chance = house, line, chance
        self.blows: Counter[str] = Counter()

    def strike(self) -> None:
        """One process dies and starts again, or something befalls the line."""
        blow = self._chance.choice(("sync", "center", "broker", "cut", "faults", "delay"))
        self.blows[blow] += 1
        match blow:
            case "cut":
                self._line.cut()
                self._pause(0.3)
                self._line.heal()
            case "faults":
                self._line.faults = Faults(lose=0.3, double=0.3, swap=0.3)
            case "delay":
                self._line.faults = Faults(delay_s=self._chance.uniform(0, 0.5))
            case _:
                self._house.kill(blow)
                self._pause(0.3)
                self._house.start_again(blow)
        self._pause(0.5)

    def _pause(self, longest_s: float) -> None:
        time.sleep(self._chance.uniform(0, longest_s))  # the moment of a blow is the random input


def survive(house: RunningHouse, line: Proxy, blows: int) -> None:
    """Go through so many blows; AssertionError when box and city do not agree after a stretch."""
    seed = int(os.environ.get("POSKO_SEED", str(random.randrange(10**6))))
    print(f"POSKO_SEED={seed}")
    chance = random.Random(seed)
    fate = Fate(house, line, chance)
    promised: list[str] = []
    for number in range(blows):
        promised.append(chance.choice(FAMILIES).format(number))
        report(house, promised[-1], Msisdn(f"+62812{number:08d}"))
        if number % 9 == 8:
            decide_something(house, chance)
        fate.strike()
        if number % STRETCH == STRETCH - 1:
            line.heal()
            wait_for(lambda: agree(house), f"agreement after {number + 1} blows", limit_s=120)
            check(house, promised)
    print(dict(fate.blows))


def report(house: RunningHouse, text: str, phone: Msisdn) -> None:
    db = connect(house.settings.store.path)
    draft = Draft(
        channel=Channel.KIOSK, text=text, submission_id=ids.new_id(), reporter_phone=phone
    )
    assert isinstance(intake.receive(db, draft, clock.now()), intake.Receipt)
    db.close()


def decide_something(house: RunningHouse, chance: random.Random) -> None:
    if undecided := [row for row in house.at_city() if row["status"] == "diterima"]:
        decide(house.officer, chance.choice(undecided)["request_id"], "diproses", NEWS)


def agree(house: RunningHouse) -> bool:
    """Whether the line has nothing more to carry."""
    box, city = house.at_box(), house.at_city()
    at_box = {row["ticket"]: row["status"] for row in box if row["acked"]}
    return at_box == {row["ticket"]: row["status"] for row in city} and len(at_box) == len(box)


def check(house: RunningHouse, promised: list[str]) -> None:
    """Exact sets, in order, and no resident told twice."""
    city = house.at_city()
    assert Counter(row["text"] for row in city) == Counter(promised)
    for family in FAMILIES:
        words = family.split("{", maxsplit=1)[0]
        told = [row["text"] for row in city if row["text"].startswith(words)]
        assert told == [text for text in promised if text.startswith(words)]
    told_residents = Counter(
        row["recipient"] for row in house.at_box("texts") if NEWS in row["body"]
    )
    assert len(told_residents) == [row["status"] for row in city].count("diproses")
    assert set(told_residents.values()) <= {1}
