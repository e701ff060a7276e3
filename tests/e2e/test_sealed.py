"""A confidential report leaves no readable word: not on the card, not on the wire, not on a screen.

Real processes and a real broker. The words are looked for in every file that the house writes, in
every message on the broker and in every listing, in every form that a program may give them; then
the unit's key opens them.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from command_center.staff.roles import Role
from demo.house import SEALING_KEY
from tests.e2e.conftest import RunningHouse
from tests.support.leaks import found_below, found_in
from tests.support.people import (
    Browser,
    decide,
    report_at_kiosk,
    report_on_portal,
    report_with_photo,
)
from tests.support.photos import jpeg
from tests.support.waiting import wait_for
from tests.support.wiretap import wiretap

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

PHONES = {"portal": "081234567811", "kiosk": "081234567812", "sms": "081234567813"}
WORDS = {
    "portal": "tersundutrokokpanas",
    "kiosk": "gangmelatidalamsekali",
    "sms": "Mawarnitasaridewi",
}
LATER = "dikejarkesekolahanak"
TEXTS = {
    channel: f"saya dipukul suami, kdrt, jangan bilang siapa siapa {word} tolong"
    for channel, word in WORDS.items()
}
LONG = TEXTS["sms"] + " dan anak saya takut pulang ke rumah karena bapaknya mabuk tiap malam " * 3
SECRETS = [*WORDS.values(), LATER]
NOTE = "korbandijemputpetugas"
OPEN = "lampujalanmatiberkedip di jl Rajawali"
LISTINGS = (
    ("appliance", "requests", "--json"),
    ("appliance", "requests"),
    ("appliance", "outbox", "--json"),
    ("appliance", "texts", "--json"),
    ("appliance", "texts"),
    ("appliance", "sms", "inbox", "--json"),
    ("appliance", "status"),
    ("command_center", "requests", "--json"),
    ("command_center", "requests"),
    ("command_center", "status", "--json"),
)


def not_ours(house: RunningHouse) -> list[Path]:
    """The SIM and the air of the simulated network stand for things outside the house."""
    return [house.folder / "modem-simulator.json"]


def leaks(house: RunningHouse) -> list[str]:
    return found_below(house.folder, SECRETS, beside=not_ours(house))


def printed(house: RunningHouse, *words: str) -> bytes:
    package, *rest = words
    command = [sys.executable, "-m", package, *rest, "--config", str(house.config)]
    return subprocess.check_output(command)


def unsealed(house: RunningHouse, ticket: str) -> list[dict[str, str]]:
    key = house.folder / SEALING_KEY
    told: list[dict[str, str]] = house.center_says("unseal", ticket, "--key", str(key), "--json")
    return told


def by_channel(house: RunningHouse) -> dict[str, str]:
    return {row["channel"]: row["ticket"] for row in house.at_box() if row["sealed_for"]}


def test_no_word_of_a_confidential_report_is_readable_anywhere(house: RunningHouse) -> None:
    with wiretap(house.settings.sync.port, "#") as captured:
        play(house)
    payloads = b"\n".join(topic.encode() + b"\n" + payload for topic, payload in captured)
    assert found_in(payloads, ["lampujalanmatiberkedip"]), "the tap hears and the search sees"
    assert found_in(payloads, SECRETS) == []
    digits = [phone[1:] for phone in PHONES.values()]
    assert found_in(payloads, digits) == []

    for listing in LISTINGS:
        assert found_in(printed(house, *listing), SECRETS) == [], listing
    for page in pages(house):
        assert found_in(page.encode(), SECRETS) == []
    wait_for(lambda: not leaks(house), "the WAL is cut", limit_s=60)
    assert found_below(house.folder, ["lampujalanmatiberkedip"], beside=not_ours(house))
    house.supervisor.stop()
    assert leaks(house) == []
    city = [path for path in house.folder.glob("center*") if path.is_file()]
    assert city
    for path in city:
        assert found_in(path.read_bytes(), digits) == [], path


def play(house: RunningHouse) -> None:
    photo = jpeg() + WORDS["portal"].encode()
    report_with_photo(house.portal, TEXTS["portal"], photo, PHONES["portal"])
    report_at_kiosk(house.kiosk, TEXTS["kiosk"], PHONES["kiosk"])
    house.air.send(PHONES["sms"], LONG)
    report_on_portal(house.portal, OPEN)
    tickets = wait_for(
        lambda: found if len(found := by_channel(house)) == 3 else None, "three are sealed"
    )
    house.air.send(PHONES["sms"], f"TAMBAH {tickets['sms']} {LATER}")
    wait_for(lambda: len(house.at_city()) == 4, "the city has all", limit_s=60)
    wait_for(lambda: len(unsealed(house, tickets["sms"])) == 2, "and what was added")

    for channel in ("portal", "kiosk"):
        content = unsealed(house, tickets[channel])[0]
        assert content["text"] == TEXTS[channel]
        assert content["phone"].endswith(PHONES[channel][1:])
    first, later = unsealed(house, tickets["sms"])
    assert first["text"] == LONG.strip()
    assert LATER in later["text"]
    for phone in PHONES.values():
        wait_for(lambda who=phone: house.air.received_by(who), "each resident has a receipt")

    case = next(r for r in house.at_city() if r["ticket"] == tickets["sms"])
    decide(house.officer, case["request_id"], "diproses", NOTE)
    wait_for(
        lambda: any("ada kabar baru" in text for text in house.air.received_by(PHONES["sms"])),
        "the resident hears that there is news",
    )
    out = house.folder.parent / f"{house.folder.name}-photo.jpg"
    key = house.folder / SEALING_KEY
    wait_for(
        lambda: (
            house.center_runs("unseal", tickets["portal"], "--key", key, "--photo", out)
            and out.exists()
        ),
        "the photo is at the city, sealed",
    )
    assert out.read_bytes().startswith(b"\xff\xd8\xff")


def pages(house: RunningHouse) -> list[str]:
    """Every page that may show something of a ticket."""
    city = Browser(house.center, house.cookies(Role.AUDITOR))
    found = [city.open("/"), city.open("/api/events")]
    for row in house.at_city():
        found.append(city.open(f"/permohonan/{row['request_id']}"))
        number = row["ticket"].replace(" ", "")
        found += [Browser(url).open(f"/tiket/{number}") for url in (house.portal, house.kiosk)]
    return found


def test_after_kill_9_between_keeping_and_acting_the_words_vanish(house: RunningHouse) -> None:
    """The modem dies again and again while confidential texts come in."""
    for number in range(8):
        phone = f"08130000{number:04d}"
        house.air.send(phone, LONG)
        house.kill("modem")
        house.start_again("modem")
    wait_for(lambda: len(house.at_box()) == 8, "every text is a request", limit_s=90)
    assert {row["text"] for row in house.at_box()} == {"(tersegel)"}
    wait_for(lambda: not leaks(house), "the words are gone", limit_s=60)
    for ticket in {row["ticket"] for row in wait_for_city(house, 8)}:
        assert unsealed(house, ticket)[0]["text"] == LONG.strip()


def wait_for_city(house: RunningHouse, count: int) -> list[dict[str, str]]:
    return wait_for(
        lambda: rows if len(rows := house.at_city()) == count else None, "at the city", limit_s=90
    )
