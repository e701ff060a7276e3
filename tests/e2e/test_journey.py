"""One complaint on each channel, to the city and back, with real processes and a real broker."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from appliance.domain import topics
from appliance.domain.topics import Leaf
from command_center.staff.roles import Role
from tests.e2e.conftest import RunningHouse
from tests.support import asyncapi
from tests.support.people import (
    Browser,
    decide,
    report_at_kiosk,
    report_on_portal,
    report_with_photo,
)
from tests.support.photos import exif, jpeg
from tests.support.waiting import wait_for
from tests.support.wiretap import wiretap

pytestmark = pytest.mark.slow

PORTAL_PHONE, SMS_PHONE = "081234567801", "081234567802"
TEXTS = {
    "portal": "lampu jalan mati di jl Rajawali",
    "kiosk": "Lampu jalan mati di depan masjid",
    "sms": "sampah numpuk di pasar, sudah seminggu",
}


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


def play(house: RunningHouse) -> None:
    # 1. Three residents, three channels.
    tickets = {
        "portal": report_with_photo(house.portal, TEXTS["portal"], jpeg(exif()), PORTAL_PHONE),
        "kiosk": report_at_kiosk(house.kiosk, TEXTS["kiosk"]),
    }
    house.air.send(SMS_PHONE, TEXTS["sms"])

    # 2. Each is stored once, with a ticket the resident got.
    rows = wait_for(lambda: three(house.at_box()), "the box has all three")
    by_channel = {row["channel"]: row for row in rows}
    assert {channel: row["text"] for channel, row in by_channel.items()} == TEXTS
    for channel, ticket in tickets.items():
        assert by_channel[channel]["ticket"] == str(ticket)
    answers = wait_for(lambda: house.air.received_by(SMS_PHONE), "the answer by SMS")
    assert by_channel["sms"]["ticket"] in answers[0]
    wait_for(lambda: house.air.received_by(PORTAL_PHONE), "the portal's receipt by SMS")

    # 3. The city has them; an officer answers one; it comes back on every way.
    city = wait_for(lambda: three(house.at_city()), "the city has all three")
    assert {row["ticket"] for row in city} == {row["ticket"] for row in rows}
    assert {row["text"] for row in city} == set(TEXTS.values())
    wait_for(lambda: all(row["acked"] for row in house.at_box()), "all are acknowledged")
    sms = by_channel["sms"]
    decide(house.officer, sms["request_id"], "diproses", "Truk berangkat pukul tujuh")
    wait_for(
        lambda: [text for text in house.air.received_by(SMS_PHONE) if "Truk berangkat" in text],
        "the officer's message by SMS",
    )
    page = Browser(house.portal).open(f"/tiket/{sms['ticket'].replace(' ', '')}")
    assert "Diproses" in page
    assert "Truk berangkat pukul tujuh" not in page, "a number alone opens no message"
    assert TEXTS["sms"] not in page

    # 4. The photo follows, without the place it was taken at; a document comes down.
    photo = f"{house.center}/permohonan/{by_channel['portal']['request_id']}/foto"
    eyes = house.cookies(Role.VERIFIKATOR)
    wait_for(
        lambda: requests.get(photo, cookies=eyes, timeout=9).content == jpeg(),
        "the photo is at the city",
    )
    house.center_runs("publish-document", "all", __file__, "--title", "Cara melapor")
    wait_for(
        lambda: "Cara melapor" in requests.get(f"{house.portal}/dokumen", timeout=9).text,
        "it is listed",
    )

    # 5. The broker goes away for a while: work goes on, and nothing is lost.
    house.lose_broker()
    late = report_on_portal(house.portal, "parit tersumbat dekat sekolah")
    assert str(late) in {row["ticket"] for row in house.at_box()}
    house.find_broker()
    wait_for(lambda: len(house.at_city()) == 4, "the city has the late one", limit_s=90)
    assert {row["ticket"] for row in house.at_city()} == {row["ticket"] for row in house.at_box()}

    # Every daemon leaves with exit code 0 when asked to.
    house.supervisor.stop()
    codes = {
        child.name: child.process.returncode
        for child in house.supervisor.children
        if child.process and child.name not in {"broker", "modem-simulator"}
    }
    assert set(codes.values()) == {0}, codes


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


def three(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return rows if len(rows) == 3 else []
