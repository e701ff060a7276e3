"""What the city sets comes into force by itself, under the real PID 1 and in the real sandboxes."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from appliance.domain.city import pushed_settings
from appliance.domain.city.pushed_settings import Value
from command_center.sending.table_publishing import publish
from command_center.store.database import reading
from command_center.store.fleet import boxes
from tests.conftest import SITE
from tests.nspawn.changing import DAEMONS, all_are_back
from tests.nspawn.machine import Machine
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow
THEY_READ_IT = ("posko-portal", "posko-gate", "posko-modem")


def push(machine: Machine, city: Engine, layer: dict[str, Value]) -> dict[str, str]:
    """Publish, and wait until those that read it are other processes; return those of before."""
    before = {unit: machine.pid(unit) for unit in DAEMONS}
    rows = pushed_settings.rows(layer)
    publish(city, [SITE], pushed_settings.TABLE, rows, now=datetime.now(UTC))
    readers = {unit: before[unit] for unit in THEY_READ_IT}
    wait_for(lambda: all_are_back(machine, readers), "they have started anew", limit_s=60)
    return before


def in_force(machine: Machine) -> list[str]:
    shown = machine.must("posko", "config", "show")
    keys = ("quiet_hours = ", "zones = ")
    return [line for line in shown.splitlines() if line.startswith(keys)]


def is_heard(city: Engine) -> bool:
    with reading(city) as connection:
        return boxes.of_site(connection, SITE) is not None


def test_what_the_city_sets_is_in_force_without_root_and_without_a_visit(
    machine: Machine, city: Engine
) -> None:
    wait_for(lambda: is_heard(city), "the box has reported")
    own = in_force(machine)
    layer: dict[str, Value] = {
        "wifi.zones.*.session_minutes": 20,
        "modem.quiet_hours": "20:00-07:00",
    }
    before = push(machine, city, layer)
    same = [unit for unit in DAEMONS if machine.pid(unit) == before[unit]]
    assert same == [unit for unit in DAEMONS if unit not in THEY_READ_IT]
    told = "\n".join(in_force(machine))
    assert '"20:00-07:00"' in told
    assert '"session_minutes": 20' in told
    file = "/var/lib/posko/city-settings.json"
    assert machine.must("stat", "--format=%U:%G", file).strip() == "posko-sync:posko"
    push(machine, city, {})
    assert in_force(machine) == own
