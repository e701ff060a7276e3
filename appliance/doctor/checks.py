"""The table of checks. Whoever adds one adds a reading, a judgement and a line here."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from appliance.doctor.case import Case
from appliance.doctor.finding import Finding, unseen
from appliance.doctor.judging import addresses as judging_addresses
from appliance.doctor.judging import configuration as judging_configuration
from appliance.doctor.judging import database as judging_database
from appliance.doctor.judging import hall as judging_hall
from appliance.doctor.judging import machine as judging_machine
from appliance.doctor.judging import services as judging_services
from appliance.doctor.judging import sms as judging_sms
from appliance.doctor.judging import sticks as judging_sticks
from appliance.doctor.judging import storage as judging_storage
from appliance.doctor.judging import uplink as judging_uplink
from appliance.doctor.judging import wifi as judging_wifi
from appliance.doctor.reading import (
    addresses,
    configuration,
    database,
    hall,
    machine,
    services,
    sms,
    sticks,
    storage,
    uplink,
    wifi,
)


@dataclass(frozen=True, slots=True)
class Check:
    """One part of the box, and how long looking at it may take."""

    part: str
    run: Callable[[Case], Iterable[Finding]]
    limit_s: float = 10.0
    needs_settings: bool = True
    is_asked_for: bool = False
    """It strains the box, so it is done only when somebody asks."""


def _disk(case: Case) -> Iterator[Finding]:
    for disk in storage.disks(case):
        yield from judging_storage.disk(disk)


def _backup(case: Case) -> Iterator[Finding]:
    yield judging_database.backup(database.backup(case), datetime.now(UTC))
    yield from judging_sticks.sticks(sticks.left_out(case))


def _modem(case: Case) -> Iterator[Finding]:
    for modem in sms.modems(case):
        yield from judging_sms.modem(modem)
    yield judging_sms.numbers(case.box.modem.own_numbers)


def _wifi(case: Case) -> Iterator[Finding]:
    yield from judging_wifi.radios(
        wifi.radios(case), wifi.others(case), wifi.country(case), case.box.radio.country
    )
    yield from judging_wifi.nets(list(wifi.nets(case)))
    yield from judging_wifi.ports(wifi.ports(case))


def _clock(case: Case) -> Iterator[Finding]:
    yield from judging_machine.clock(machine.time_of_day(case))
    if case.settings:
        yield judging_machine.zone(machine.zone(case))


def _addresses(case: Case) -> Iterator[Finding]:
    if case.is_root:
        yield from judging_addresses.addresses(addresses.held(case))
    else:
        yield unseen("addresses", "whether another device has one of the box's")


def _edges(case: Case) -> Iterator[Finding]:
    yield from map(judging_services.read, services.edges(case))
    yield from judging_services.firewall(services.firewall(case))
    if not case.is_root:
        yield unseen("firewall", "its rules are read, and whether they are loaded")


def _system_files(case: Case) -> Iterator[Finding]:
    yield judging_services.system_files(services.system_files(case))
    if not case.is_root:
        yield unseen("system files", "whether they are still what posko.toml says")


CHECKS = (
    Check(
        "settings",
        lambda case: judging_configuration.configuration(configuration.look(case)),
        needs_settings=False,
    ),
    Check("system-files", _system_files, limit_s=20),
    Check(
        "database",
        lambda case: judging_database.database(database.look(case)),
        limit_s=database.LIMIT_S + 5,
    ),
    Check("disk", _disk),
    Check(
        "storage",
        lambda case: judging_storage.wear(storage.wear(case)),
        limit_s=60,
        is_asked_for=True,
    ),
    Check("backup", _backup),
    Check(
        "memory", lambda case: judging_machine.memory(machine.memory(case)), needs_settings=False
    ),
    Check("power", lambda case: judging_machine.power(machine.power(case)), needs_settings=False),
    Check("clock", _clock, needs_settings=False),
    Check("modem", _modem, limit_s=60),
    Check("printer", lambda case: [judging_hall.printer(hall.printer(case))], limit_s=40),
    Check("screen", lambda case: judging_hall.screen(hall.screen(case))),
    Check("panel", lambda case: [judging_hall.panel(hall.panel(case))]),
    Check("wifi", _wifi),
    Check("edge", _edges, limit_s=20),
    Check(
        "daemons",
        lambda case: judging_services.units(services.units(case)),
        needs_settings=False,
    ),
    Check("pages", lambda case: map(judging_services.page, services.pages(case)), limit_s=15),
    Check("addresses", _addresses, limit_s=30),
    Check("uplink", lambda case: judging_uplink.uplink(uplink.uplink(case))),
    Check(
        "city", lambda case: judging_uplink.city(uplink.city(case), datetime.now(UTC)), limit_s=20
    ),
    Check(
        "versions",
        lambda case: judging_machine.versions(machine.versions(case)),
        needs_settings=False,
    ),
)
PARTS = tuple(check.part for check in CHECKS)


def chosen(only: Collection[str], *, with_storage: bool) -> list[Check]:
    """Those of some parts, or all that do not strain the box; beside either, who does if asked."""
    return [
        check
        for check in CHECKS
        if check.part in only or (with_storage if check.is_asked_for else not only)
    ]
