"""One complaint on each channel, to the city and back, with real processes and a real broker."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.domain.city import topics
from appliance.domain.city.topics import Leaf
from tests.e2e.conftest import RunningHouse
from tests.e2e.journey import SMS_PHONE, TEXTS, play
from tests.support import asyncapi
from tests.support.people import (
    Browser,
)
from tests.support.waiting import wait_for
from tests.support.wiretap import wiretap

pytestmark = pytest.mark.slow


def test_a_complaint_goes_to_the_city_and_its_answer_comes_back(house: RunningHouse) -> None:
    """And every message on the way fits docs/asyncapi.yaml (check 33)."""
    with wiretap(house.settings.sync.port) as captured:
        house.supervisor.kill("sync")
        house.supervisor.start_again("sync")
        play(house)
    leaves = set()
    for topic, payload in captured:
        asyncapi.check(topic, payload)
        leaves.add(topics.parse(topic).leaf)
        assert payload.startswith(asyncapi.SIGNED) == ("/down/" in topic)
    assert leaves == set(Leaf)


def test_the_same_journey_works_on_amqtt(house_on_amqtt: RunningHouse) -> None:
    """Check 3."""
    play(house_on_amqtt)


def test_a_text_sent_with_the_demo_command_becomes_a_request(house: RunningHouse) -> None:
    posko = Path(sys.executable).with_name("posko")
    send = [posko, "demo", "--folder", house.folder, "sms", SMS_PHONE, TEXTS["sms"]]
    subprocess.run(send, check=True, cwd="/", timeout=20)
    [row] = wait_for(house.at_box, "the SMS is a request")
    assert (row["text"], row["channel"]) == (TEXTS["sms"], "sms")


def test_the_city_orders_a_report_and_publishes_an_announcement(house: RunningHouse) -> None:
    """With the commands of an operator, signed, to the pages that residents see."""
    wait_for(lambda: house.center_says("status", "--json")["boxes"], "the city knows the box")
    house.center_runs("command", "14.71.07", "report")
    wait_for(lambda: house.center_says("commands", "--json")[0]["outcome"] == "done", "a report")
    facts = json.loads(house.center_says("commands", "--json")[0]["detail"])
    assert facts["processes"]["sync"]["city_signature"].startswith("checked, trusted: ed25519:")
    table = house.folder / "announcements.csv"
    table.write_text("id,title,body\n1,Posyandu Jumat,Pukul delapan di aula\n", encoding="utf-8")
    house.center_runs("tables", "publish", "all", "announcements", table)
    for page in (house.portal, house.kiosk):
        wait_for(lambda url=page: "Posyandu Jumat" in Browser(url).open("/"), f"shown on {page}")
