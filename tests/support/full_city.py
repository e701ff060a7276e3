"""A city with many made-up requests and fifteen boxes, for looking at pages and for measuring them.

The same seed makes the same city. Nothing in it is of a person.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from msgspec.structs import replace
from sqlalchemy import Connection, Engine, insert

from appliance.domain import reference
from appliance.domain.cases.service_request import Status
from appliance.domain.city import wire
from appliance.domain.events.box import BoxHeartbeat
from appliance.domain.ids import SiteCode, Ticket
from appliance.domain.moment import to_ms
from command_center.handling import keeping
from command_center.store.bulk import insert_many
from command_center.store.cases import requests
from command_center.store.cases.requests import CityRequest
from command_center.store.database import checkpoint, writing
from command_center.store.fleet import boxes
from command_center.store.handling import open_requests
from command_center.store.schema.cases import case_history
from command_center.store.schema.fleet import boxes as boxes_table

CITY = "1471"
CHUNK = 5_000
OPEN_SHARE = {1: 0.9, 7: 0.5, 30: 0.15}
"""How many are still open up to an age in days; of older ones one in two hundred."""
_OLD_OPEN = 0.005
_DONE = (Status.CLOSED, Status.CLOSED, Status.CLOSED, Status.RESOLVED, Status.NOT_OURS)
_WORKING = (Status.RECEIVED, Status.VERIFIED, Status.FORWARDED, Status.IN_PROGRESS)
_HISTORY = ("request_id", "status", "message", "agency", "by", "source", "at")
HOUR_MS = 3_600_000
_TEXT = "laporan buatan untuk mengukur halaman, nomor {}"
AWAY = ("14.71.06", "14.71.14")
"""Their boxes are not heard."""
NEVER = ("14.71.15",)
"""Has no box yet."""


def fill(
    engine: Engine,
    number: int,
    *,
    days: int,
    now: datetime,
    seed: int = 1,
    first: int = 0,
    is_open: bool = False,
) -> None:
    """Store requests of the days before `now` as the product does, numbered from `first`; all of
    them open, or as many as a city has."""
    chance = random.Random(seed)
    made: Iterator[CityRequest] = _requests(number, days, now, chance, first)
    if is_open:
        made = (replace(one, status=chance.choice(_WORKING).value) for one in made)
    while chunk := list(islice(made, CHUNK)):
        with writing(engine) as connection:
            requests.add(connection, chunk)
            _move(connection, chunk, now)
        checkpoint(engine, from_bytes=64 << 20)
    with writing(engine) as connection:
        open_requests.forget_deadlines(connection)
    keeping.compute_marked(engine)


def boxes_report(engine: Engine, now: datetime) -> None:
    """Every kecamatan has a box that was heard just now, but for two that are away, and one."""
    with writing(engine) as connection:
        for n, site in enumerate(sites()):
            if str(site) not in NEVER:
                _box(connection, site, n, now)


def an_outbreak(engine: Engine, now: datetime) -> None:
    """Dengue in a kelurahan, and larvae in an RW of it."""
    texts = ["anak saya kena dbd"] * 4 + ["ada jentik di 3 rumah rw 04"] * 3
    plain = _requests(len(texts), 1, now, random.Random(9), 10**8)
    with writing(engine) as connection:
        requests.add(
            connection,
            [
                replace(
                    one,
                    text=text,
                    category="wabah_jentik",
                    sensitivity="publik",
                    agency="DINKES",
                    site_code="14.71.09",
                    kelurahan="14.71.09.1003",
                )
                for one, text in zip(plain, texts, strict=True)
            ],
        )


def sites() -> list[SiteCode]:
    """The kecamatan of the city."""
    codes = {one.code.rpartition(".")[0] for one in reference.kelurahan_of_city(CITY)}
    return [SiteCode(code) for code in sorted(codes)]


def _requests(
    number: int, days: int, now: datetime, chance: random.Random, first: int = 0
) -> Iterator[CityRequest]:
    places = [one.code for one in reference.kelurahan_of_city(CITY)]
    weights = [chance.paretovariate(1.5) for _ in places]
    topics = list(reference.categories().values())
    popular = [chance.paretovariate(1.0) for _ in topics]
    start_ms, span_ms = to_ms(now - timedelta(days=days)), days * 86_400_000
    for n in range(first, first + number):
        [place], [topic] = chance.choices(places, weights), chance.choices(topics, popular)
        at_ms = start_ms + span_ms * (n - first + 1) // number - 1
        age_days = (to_ms(now) - at_ms) / 86_400_000
        site = SiteCode(place.rpartition(".")[0])
        yield CityRequest(
            request_id=f"made-up-{n:09d}",
            site_code=str(site),
            epoch=f"{n // 90_000:08x}",
            ticket=Ticket.issue(site.ticket_prefix, n % 90_000).digits,
            channel=chance.choices(("sms", "portal", "kiosk", "telepon"), (55, 25, 15, 5))[0],
            kind="pengaduan",
            category=topic.id,
            sensitivity=topic.sensitivity.value,
            agency=topic.agency,
            text=_TEXT.format(n),
            phone=None,
            name=None,
            location=None,
            kelurahan=place if chance.random() < 0.9 else None,
            created_ms=at_ms,
            occurred_ms=at_ms,
            time_quality="trusted",
            received_ms=at_ms,
            status=_status(age_days, chance).value,
            updated_ms=at_ms,
        )


def _move(connection: Connection, made: list[CityRequest], now: datetime) -> None:
    """A line of history for what has gone on since its arrival, up to an hour after it."""
    rows = [
        (one.request_id, one.status, "", None, "x", "", min(one.occurred_ms + HOUR_MS, to_ms(now)))
        for one in made
        if one.status != Status.RECEIVED
    ]
    insert_many(connection, case_history, _HISTORY, rows)


def _status(age_days: float, chance: random.Random) -> Status:
    share = next((s for days, s in OPEN_SHARE.items() if age_days <= days), _OLD_OPEN)
    return chance.choice(_WORKING if chance.random() < share else _DONE)


def _box(connection: Connection, site: SiteCode, n: int, now: datetime) -> None:
    is_away = str(site) in AWAY
    heartbeat = BoxHeartbeat(
        at=now,
        backlog={"p0": 0, "p1": 12 if is_away else 0},
        oldest_unacked_s=0,
        disk_free_bytes=(300 + n * 1500) * 1_000_000,
        texts={},
        gauges={
            "modem": {"state": "no_sim" if n == 4 else "ready", "signal_dbm": str(-71 - 3 * n)},
            "sync": {"power": "low" if n == 6 else "good"},
            "gate": {"problem": "hostapd is not running; systemctl status hostapd"}
            if n == 9
            else {},
        },
        clock_source="rtc" if n % 5 == 0 else "ntp",
    )
    heard = now - (timedelta(hours=5 + 20 * n) if is_away else timedelta(seconds=40))
    connection.execute(
        insert(boxes_table).values(
            site=str(site),
            is_online=0 if is_away else 1,
            software="2026.11.2",
            last_seen_at=to_ms(heard),
        )
    )
    boxes.beat(connection, site, wire.encode_event(heartbeat).decode())
