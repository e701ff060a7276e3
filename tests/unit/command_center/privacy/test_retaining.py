"""What the city forgets by itself."""

from datetime import timedelta

from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from appliance.domain.city.topics import Lane
from appliance.domain.events.wifi import WifiSessionClosed
from appliance.domain.privacy.erasure import ERASED_TEXT
from command_center.cases import casework
from command_center.privacy import erasing, retaining
from command_center.store.database import reading
from command_center.store.privacy import erasures
from tests.conftest import START
from tests.unit.command_center.city import a_batch, received, request, rows, store, wire_event
from tests.unit.command_center.privacy.siti import SECRETS, orders, remembered, siti


def end(engine: Engine, request_id: str) -> None:
    casework.change_status(
        engine, request_id, Status.ARCHIVED, "Bukan laporan.", by="petugas", now=START
    )


def test_two_years_after_its_end_a_request_is_a_figure_and_no_box_is_ordered(
    engine: Engine,
) -> None:
    case = siti(engine)
    end(engine, case.request_id)
    retaining.retain(engine, START + timedelta(days=729))
    assert remembered(engine) == [*SECRETS]
    assert retaining.retain(engine, START + timedelta(days=731)) == 1
    assert remembered(engine) == []
    assert orders(engine) == []
    with reading(engine) as connection:
        assert erasures.unconfirmed(connection) == []
    assert retaining.retain(engine, START + timedelta(days=732)) == 0


def test_what_age_has_erased_a_person_may_still_order(engine: Engine) -> None:
    case = siti(engine)
    end(engine, case.request_id)
    retaining.retain(engine, START + timedelta(days=731))
    erasing.order(engine, case.request_id, by="tests", now=START + timedelta(days=732))
    assert orders(engine) == [case.request_id]


def test_an_open_request_is_kept_however_old(engine: Engine) -> None:
    case = received(engine)
    retaining.retain(engine, START + timedelta(days=5000))
    assert request(engine, case.request_id).text != ERASED_TEXT


def test_the_wifi_goes_after_ninety_days_although_no_session_follows(engine: Engine) -> None:
    event = WifiSessionClosed(
        session_id="s",
        zone="kantor",
        device="d" * 32,
        terms_version="1",
        opened_at=START,
        seconds=1,
        up_bytes=1,
        down_bytes=1,
        ended="time",
    )
    batch = a_batch(wire_event(event), lane=Lane.STATISTICS)
    store(engine, batch)
    retaining.retain(engine, START + timedelta(days=89))
    assert rows(engine, "SELECT count(*) FROM events") == [(1,)]
    retaining.retain(engine, START + timedelta(days=91))
    assert rows(engine, "SELECT count(*) FROM events") == [(0,)]
    assert rows(engine, "SELECT count(*) FROM wifi_sessions") == [(0,)]
    ack = store(engine, batch)
    assert (ack.upto, ack.renew) == (1, False)
