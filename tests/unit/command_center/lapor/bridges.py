"""What tests do with a bridge, and look at."""

from datetime import datetime, timedelta

from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from command_center.cases import casework
from command_center.lapor import sending
from command_center.lapor.bridge import Bridge
from command_center.lapor.client import HttpService
from command_center.store.cases import case_history
from command_center.store.database import reading
from command_center.store.lapor import lapor_intake, lapor_links
from command_center.store.lapor.lapor_links import LaporLink
from tests.conftest import START
from tests.sim.lapor import TOKEN, FakeLapor
from tests.unit.command_center.city import request

OFFICER = "petugas"


class Clock:
    """Time as the test says."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def on(self, span: timedelta = timedelta(hours=2)) -> None:
        self.at += span


def a_bridge(
    city: Engine,
    lapor: FakeLapor,
    clock: Clock,
    *,
    token: str = TOKEN,
    keys: dict[str, str] | None = None,
    timeout_s: float = 5.0,
) -> Bridge:
    service = HttpService(lapor.url, token, timeout_s=timeout_s)
    return Bridge(city, service, sealing_keys=keys or {}, every_s=60, timeout_s=5, now=clock)


def give(
    city: Engine, request_id: str, *, is_anonymous: bool = True, is_sure: bool = False
) -> None:
    sending.queue(
        city, request_id, is_anonymous=is_anonymous, is_sure=is_sure, by=OFFICER, now=START
    )


def link_of(city: Engine, request_id: str) -> LaporLink:
    with reading(city) as connection:
        found = lapor_links.of(connection, request_id)
    assert found
    return found


def lines(city: Engine, request_id: str) -> list[tuple[str, str]]:
    with reading(city) as connection:
        found = case_history.of_request(connection, request(city, request_id))
    return [(line.status, line.message) for line in found[1:]]


def state(city: Engine) -> lapor_intake.State:
    with reading(city) as connection:
        return lapor_intake.state(connection)


def move(city: Engine, request_id: str, status: Status, message: str = "") -> None:
    casework.change_status(city, request_id, status, message, by=OFFICER, now=START)
