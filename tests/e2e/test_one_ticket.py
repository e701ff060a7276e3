"""One person, one problem, three channels, and processes that die: one ticket at box and city."""

import pytest

from tests.e2e.conftest import RunningHouse
from tests.support import asyncapi
from tests.support.people import report_at_kiosk, report_on_portal
from tests.support.waiting import wait_for
from tests.support.wiretap import wiretap

pytestmark = pytest.mark.slow

PHONE = "081234567801"
FIRST = "lampu jalan mati di jl Rajawali"
AT_KIOSK, BY_SMS = "PJU jl Rajawali padam", "LAPOR lampu mati jl Rajawali, gelap sekali"


def test_three_channels_and_dying_processes_make_one_ticket(house: RunningHouse) -> None:
    with wiretap(house.settings.sync.port) as captured:
        first = report_on_portal(house.portal, FIRST, PHONE)
        house.kill("portal")
        house.kill("sync")
        assert report_at_kiosk(house.kiosk, AT_KIOSK, PHONE) == first
        house.kill("kiosk")
        house.kill("modem")
        house.air.send(PHONE, BY_SMS)
        for name in ("portal", "kiosk", "modem", "sync"):
            house.start_again(name)
        assert report_on_portal(house.portal, FIRST, PHONE) == first
        wait_for(
            lambda: [text for text in house.air.received_by(PHONE) if "Sudah tercatat" in text],
            "the SMS is told the first ticket",
        )
        [row] = house.at_box()
        assert row["ticket"] == str(first)

        def at_city() -> bool:
            told = "\n".join(case["text"] for case in house.at_city())
            return all(text in told for text in (FIRST, AT_KIOSK, "gelap sekali"))

        wait_for(at_city, "the city has every word")
        assert [case["ticket"] for case in house.at_city()] == [str(first)]
    for topic, payload in captured:
        asyncapi.check(topic, payload)
