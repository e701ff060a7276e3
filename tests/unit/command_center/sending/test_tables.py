"""Tables going to the boxes: checked, listed, taken back; and what the city itself works by."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from appliance.domain.cases.deadline import deadlines
from appliance.domain.city.city_tables import SHIPPED_VERSION, shipped
from appliance.domain.errors import BadInput
from appliance.domain.moment import to_ms
from command_center.sending import table_publishing
from command_center.store.cases import case_history, requests
from command_center.store.database import reading
from command_center.store.sending import tables
from tests.conftest import SITE, START
from tests.unit.command_center.city import (
    NEIGHBOUR,
    Run,
    going_down,
    hello,
    received,
    refuse,
)

DAY = timedelta(days=1)


def lamps_to(agency: str) -> list[dict[str, str]]:
    return [
        row | ({"agency": agency} if row["agency"] == "DISHUB" and row["category"] == "pju" else {})
        for row in shipped("routing")
    ]


def lamps(engine: Engine) -> str:
    with reading(engine) as connection:
        return tables.in_force(connection, SITE).routing["pju"][-1].agency


def write_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    lines = [",".join(rows[0]), *(",".join(f'"{cell}"' for cell in row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_one_command_publishes_one_lists_and_one_takes_back(
    city: Engine, run: Run, tmp_path: Path
) -> None:
    file = write_csv(tmp_path / "routing.csv", lamps_to("PERKIM"))
    assert run("tables", "publish", "all", "routing", file)[0] == 0
    assert lamps(city) == "PERKIM"
    hello(city, down_seq=1)
    [listed] = json.loads(run("tables", "list", "--json")[1])
    assert (listed["site"], listed["name"], listed["state"]) == ("14.71.07", "routing", "in force")
    assert run("tables", "rollback", "all", "routing")[0] == 0
    assert lamps(city) == "DISHUB"
    [listed] = json.loads(run("tables", "list", "14.71.07", "--json")[1])
    assert (listed["state"], listed["rows"]) == ("waiting", len(shipped("routing")))


def test_a_wrong_table_is_refused_before_it_is_sent(city: Engine, run: Run, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "routing.csv", lamps_to("DKPP"))
    code, _, err = run("tables", "publish", "all", "routing", file)
    assert (code, "pju: agency 'DKPP' is not known" in err) == (1, True)
    assert going_down(city) == []


def test_all_boxes_get_a_table_or_none(city: Engine) -> None:
    """The agency is new at one box only."""
    hello(city, NEIGHBOUR)
    new = shipped("agencies")[0] | {"id": "DISTAMAN", "singkatan": "Distaman", "nama": "Taman"}
    table_publishing.publish(city, [SITE], "agencies", [*shipped("agencies"), new], START)
    with pytest.raises(BadInput, match="'DISTAMAN' is not known"):
        table_publishing.publish(city, [SITE, NEIGHBOUR], "routing", lamps_to("DISTAMAN"), START)
    table_publishing.publish(city, [SITE], "routing", lamps_to("DISTAMAN"), START)
    assert (len(going_down(city)), len(going_down(city, NEIGHBOUR))) == (2, 0)


def test_the_operator_sees_why_a_box_has_refused_a_table(city: Engine, run: Run) -> None:
    table_publishing.publish(city, [SITE], "routing", lamps_to("PERKIM"), START)
    refuse(city, 1, "routing: row 3 has no column agency")
    assert lamps(city) == "DISHUB"
    shown = run("tables", "list")[1]
    assert "refused" in shown
    assert "row 3 has no column agency" in shown


def test_a_rollback_goes_over_what_was_refused_and_to_a_version_that_is_named(
    city: Engine, run: Run
) -> None:
    first = table_publishing.publish(city, [SITE], "routing", lamps_to("PERKIM"), START)
    table_publishing.publish(city, [SITE], "routing", lamps_to("PUPR"), START + DAY)
    refuse(city, 2, "no room")
    table_publishing.publish(city, [SITE], "routing", lamps_to("DLHK"), START + 2 * DAY)
    table_publishing.rollback(city, [SITE], "routing", START + 3 * DAY)
    assert lamps(city) == "PERKIM"
    table_publishing.publish(city, [SITE], "routing", lamps_to("DLHK"), START + 4 * DAY)
    table_publishing.publish(city, [SITE], "routing", shipped("routing"), START + 5 * DAY)
    assert run("tables", "rollback", "all", "routing", "--to", str(first))[0] == 0
    assert lamps(city) == "PERKIM"
    err = run("tables", "rollback", "all", "routing", "--to", "77")[2]
    assert "was never sent routing version 77" in err


def test_nothing_published_is_nothing_to_take_back(city: Engine, run: Run) -> None:
    code, _, err = run("tables", "rollback", "all", "holidays")
    assert (code, "what is shipped is in force" in err) == (1, True)


def test_days_to_finish_are_those_of_the_arrival_and_holidays_those_of_today(
    city: Engine,
) -> None:
    """START is a Saturday, so five days end on Friday."""
    request = received(city)
    sla = [
        row | ({"finish_days": "1"} if row["category"] == "pju" else {}) for row in shipped("sla")
    ]
    table_publishing.publish(city, [SITE], "sla", sla, START + DAY)
    holidays = [*shipped("holidays"), {"tanggal": "2026-11-23", "nama": "Hari Jadi"}]
    columns = ("tanggal", "nama")
    holidays = [{column: row[column] for column in columns} for row in holidays]
    table_publishing.publish(city, [SITE], "holidays", holidays, START + DAY)

    def days(judged_at) -> int:
        with reading(city) as connection:
            known = tables.in_force(connection, SITE, judged_at=judged_at)
            history = case_history.of_request(connection, request)
        found = deadlines(request.kind, request.category, history, START, known)[-1]
        return (found.day - START.date()).days

    assert days(START + 2 * DAY) == 3
    assert days(request.received_at) == 9


def test_the_pages_name_an_agency_that_is_new(city: Engine, client: FlaskClient) -> None:
    new = shipped("agencies")[0] | {"id": "DISTAMAN", "singkatan": "Distaman", "nama": "Taman"}
    table_publishing.publish(city, [SITE], "agencies", [*shipped("agencies"), new], START)
    request = received(city, agency="DISTAMAN")
    assert "<dd>Distaman</dd>" in client.get(f"/permohonan/{request.request_id}").text
    assert "Distaman" in client.get("/").text


def test_the_version_a_request_was_routed_by_is_kept(city: Engine) -> None:
    request = received(city, routing_version=to_ms(START))
    table_publishing.publish(city, [SITE], "routing", lamps_to("PERKIM"), START + DAY)
    with reading(city) as connection:
        again = requests.by_id(connection, request.request_id)
    assert again == request
    assert request.routing_version == to_ms(START) > SHIPPED_VERSION
