"""Slips: what is printed on them, and what a phone reads from one."""

from datetime import UTC, datetime

import zxingcpp
from hypothesis import strategies as st
from PIL import Image

from appliance.domain.cases.service_request import Sensitivity
from appliance.domain.ids import Ticket
from appliance.domain.phone import Msisdn
from appliance.domain.reference import categories
from appliance.kiosk.receipt import Office
from tests.builders import a_request
from tests.sim.escpos import Printout
from web.i18n import catalog

OFFICE = Office(
    kecamatan="Bukit Raya",
    city="Kota Pekanbaru",
    portal_url="http://posko.lan",
    sms_number=Msisdn("+6281234567890"),
)
ID, EN = catalog("id").gettext, catalog("en").gettext
offices = st.builds(
    Office,
    kecamatan=st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40),
    city=st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40),
    portal_url=st.sampled_from(["http://posko.lan", f"https://{'sangat-panjang.' * 15}go.id"]),
    sms_number=st.sampled_from([None, Msisdn("+6281234567890"), Msisdn("+60123456789")]),
)
stored = st.builds(
    a_request,
    ticket=st.builds(Ticket.issue, st.just("07"), st.integers(0, 99_999)),
    category=st.sampled_from([*categories(), "kategori_kota_yang_baru_dan_panjang"]),
    sensitivity=st.sampled_from(Sensitivity),
    text=st.text(min_size=1, max_size=200),
    created_at=st.datetimes(
        datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
        datetime(2100, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
)


def qr_of(printout: Printout) -> str:
    """What a phone reads from the last picture on the slip."""
    rows = printout.images[-1]
    size = (len(rows[0]), len(rows))
    image = Image.frombytes("L", size, bytes(0 if dot else 255 for row in rows for dot in row))
    [found] = zxingcpp.read_barcodes(image)
    return found.text
