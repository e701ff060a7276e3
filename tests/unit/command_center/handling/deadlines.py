"""Days, tables and cases that deadlines are computed of."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, select

from appliance.domain.cases.service_request import OVER, TRANSITIONS, Status
from appliance.domain.moment import WESTERN_INDONESIA
from command_center.cases import casework, correcting
from command_center.cases.correcting import Wanted
from command_center.handling import disposing, due, escalating, open_cases
from command_center.handling.disposing import Order
from command_center.handling.due_days import DueDays
from command_center.handling.files import shipped_steps, shipped_units
from command_center.store import schema
from command_center.store.cases import requests
from command_center.store.cases.requests import CityRequest
from command_center.store.database import reading
from tests.support import full_city
from tests.unit.command_center.city import happened, hello, received, request

MONDAY = datetime(2026, 11, 2, 9, tzinfo=WESTERN_INDONESIA)
DAY = timedelta(days=1)
TABLE = shipped_steps()
HOLIDAYS = [
    {"tanggal": day, "nama": "Libur", "jenis": "libur_nasional", "dasar": "SKB"}
    for day in ("2026-11-04", "2026-11-05", "2026-11-20", "2026-12-25")
]
PAGES = ("/kotak-masuk", "/kotak-masuk/DLHK", "/eskalasi", "/?tenggat=terlambat")
TUESDAY = datetime(2026, 11, 24, 9, tzinfo=WESTERN_INDONESIA)
CASE = CityRequest(
    request_id="x",
    site_code="14.71.07",
    epoch="e",
    ticket="07000018",
    channel="sms",
    kind="pengaduan",
    category="jalan_rusak",
    sensitivity="publik",
    agency="PUPR",
    text="jalan rusak",
    phone=None,
    name=None,
    location=None,
    kelurahan=None,
    created_ms=0,
    occurred_ms=int(TUESDAY.timestamp() * 1000),
    time_quality="trusted",
    received_ms=0,
    status="diterima",
    updated_ms=0,
)
UNITS = shipped_units("1471")


def filed(engine: Engine, when: datetime = MONDAY, **more: object) -> CityRequest:
    values = {"category": "sampah", "agency": "DLHK", **more}
    case = received(engine, **values)
    happened(engine, when, case.request_id)
    return request(engine, case.request_id)


def stored(engine: Engine) -> dict[str, DueDays]:
    """What the database has of each request."""
    columns = [schema.cases.requests.c[name] for name in DueDays._fields]
    with reading(engine) as connection:
        found = connection.execute(select(schema.cases.requests.c.request_id, *columns))
        return {id_: DueDays(*days) for id_, *days in found}


def computed(engine: Engine) -> dict[str, DueDays]:
    """What the pure function says of each request."""
    with reading(engine) as connection:
        every = list(requests.every(connection))
        return {
            one.request.request_id: due.stored(one.request, one.moves, one.disposition, one.known)
            for one in open_cases.stories(connection, every)
        }


def make_busy(engine: Engine) -> None:
    hello(engine)
    ids = [received(engine, category="sampah", agency="DLHK").request_id for _ in range(4)]
    happened(engine, MONDAY - 3 * DAY, *ids)
    full_city.fill(engine, 150, days=40, now=MONDAY)
    work(engine, MONDAY)


def work(engine: Engine, now: datetime) -> None:
    """Officers do something to each open case."""
    with reading(engine) as connection:
        found = [one for one in requests.every(connection) if one.status not in OVER]
    for n, case in enumerate(found):
        if n % 4 == 0:
            correcting_ = Wanted(kind="permintaan_informasi")
            correcting.correct(engine, case.request_id, correcting_, by="x", now=now)
        elif n % 4 == 1 and Status.FORWARDED in TRANSITIONS[Status(case.status)]:
            order = Order(agency=case.agency)
            disposing.dispose(engine, case.request_id, order, UNITS, by="x", now=now)
        elif n % 4 == 2 and Status.NEEDS_DETAILS in TRANSITIONS[Status(case.status)]:
            status = Status.NEEDS_DETAILS
            casework.change_status(engine, case.request_id, status, "?", by="x", now=now)
    escalating.run(engine, TABLE, now + DAY)
