"""A complaint's way to the city and its answer's way back, on every channel."""

import requests

from appliance.actions.cases import intake
from appliance.domain.cases.service_request import Channel, Draft
from appliance.runtime import clock, ids
from appliance.store.database import connect
from command_center.staff.roles import Role
from tests.e2e.conftest import RunningHouse
from tests.support.people import (
    Browser,
    decide,
    report_at_kiosk,
    report_on_portal,
    report_with_photo,
)
from tests.support.photos import exif, jpeg
from tests.support.waiting import wait_for

PORTAL_PHONE, SMS_PHONE = "081234567801", "081234567802"
TEXTS = {
    "portal": "lampu jalan mati di jl Rajawali",
    "kiosk": "Lampu jalan mati di depan masjid",
    "sms": "sampah numpuk di pasar, sudah seminggu",
}


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


def three(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return rows if len(rows) == 3 else []


def report(house: RunningHouse, text: str) -> None:
    db = connect(house.settings.store.path)
    draft = Draft(channel=Channel.KIOSK, text=text, submission_id=ids.new_id())
    intake.receive(db, draft, clock.now())
    db.close()
