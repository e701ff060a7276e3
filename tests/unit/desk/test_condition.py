"""What staff read of the box, and what they are told to do."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from appliance.actions.box import health
from appliance.desk.condition.channels import MODEM_STATES
from appliance.desk.condition.parts import Condition, Seen, Tone
from appliance.desk.condition.whole import conditions
from appliance.domain.staff.accounts import Role
from modem.events import ModemState
from tests.conftest import START, at
from tests.unit.desk.conftest import LoggedIn

NOW = replace(at(), source="ntp")


def said(**values: str) -> dict[str, tuple[str, object]]:
    return {name: (value, START) for name, value in values.items()}


WELL = Seen(
    gauges={
        "modem": said(state="ready", operator="Telkomsel", signal_dbm="-71", advice=""),
        "sync": said(link="up", link_alarm="", link_reason=""),
        "gate": said(problem=""),
        "kiosk": said(printer_advice=""),
        "backup": said(last_at=START.isoformat()),
    },  # type: ignore[arg-type]
    backlog=0,
    oldest=None,
    acked_at=START,
    is_sealing=True,
    temperature_c=48.3,
    is_undervolted=False,
    disk_free_bytes=20_000_000_000,
    disk_bytes=32_000_000_000,
    now=NOW,
)


def of(title: str, **changes: object) -> Condition:
    [found] = [c for c in conditions(replace(WELL, **changes)) if c.title == title]  # type: ignore[arg-type]
    return found


def gauges(**processes: dict[str, tuple[str, object]]) -> dict[str, object]:
    return {**WELL.gauges, **processes}


def test_a_box_that_is_well_has_nothing_to_do() -> None:
    found = conditions(WELL)
    assert {c.tone for c in found} == {Tone.GOOD}
    assert [c.advice or c.for_technician for c in found] == [""] * len(found)
    assert of("Modem SMS").facts == ("Operator Telkomsel", "Sinyal baik (-71 dBm)")


def test_every_state_of_a_modem_has_words() -> None:
    assert set(MODEM_STATES) == {state.value for state in ModemState}


@pytest.mark.parametrize(
    ("title", "changes", "tone"),
    [
        ("Modem SMS", {"gauges": gauges(modem=said(state="no_sim", advice="insert"))}, Tone.BAD),
        ("Modem SMS", {"gauges": gauges(modem=said(state="ready", signal_dbm="-107"))}, Tone.WATCH),
        ("Modem SMS", {"gauges": gauges(modem=said(state="ready", advice="top up"))}, Tone.WATCH),
        ("Modem SMS", {"gauges": {}}, Tone.UNKNOWN),
        ("Hubungan ke kota", {"gauges": gauges(sync=said(link="down"))}, Tone.BAD),
        ("Hubungan ke kota", {"gauges": {}}, Tone.UNKNOWN),
        (
            "Hubungan ke kota",
            {"gauges": gauges(sync=said(link="up", link_alarm="certificate ends"))},
            Tone.WATCH,
        ),
        ("WiFi warga", {"gauges": gauges(gate=said(problem="nft is missing"))}, Tone.BAD),
        ("Pencetak slip", {"gauges": gauges(kiosk=said(printer_advice="new paper"))}, Tone.BAD),
        ("Basis data", {"gauges": gauges(store=said(salvaged_at="2026-11-20"))}, Tone.WATCH),
        ("Penyimpanan", {"disk_free_bytes": 900_000_000}, Tone.WATCH),
        ("Penyimpanan", {"disk_free_bytes": 100_000_000}, Tone.BAD),
        ("Suhu", {"temperature_c": 75.0}, Tone.WATCH),
        ("Suhu", {"temperature_c": 80.0}, Tone.BAD),
        ("Tegangan listrik", {"is_undervolted": True}, Tone.BAD),
        ("Jam", {"now": at()}, Tone.WATCH),
        ("Cadangan", {"gauges": {}}, Tone.WATCH),
        ("Cadangan", {"gauges": gauges(backup=said(last_at="soon"))}, Tone.WATCH),
        (
            "Cadangan",
            {"gauges": gauges(backup=said(last_at=START.isoformat(), problem="the stick is full"))},
            Tone.WATCH,
        ),
        ("Cadangan", {"now": replace(NOW, wall=START + timedelta(days=3))}, Tone.WATCH),
        ("Laporan rahasia", {"is_sealing": False}, Tone.BAD),
    ],
)
def test_whatever_is_not_well_says_what_to_do(title: str, changes, tone: Tone) -> None:
    found = of(title, **changes)
    assert found.tone is tone
    assert found.advice


@pytest.mark.parametrize("title", ["Suhu", "Tegangan listrik"])
def test_what_this_machine_does_not_tell_is_said_and_nobody_need_act(title: str) -> None:
    found = of(title, temperature_c=None, is_undervolted=None)
    assert (found.tone, found.advice) == (Tone.UNKNOWN, "")
    assert "Tidak terbaca" in found.word


def test_several_modems_are_told_apart() -> None:
    two = gauges(**{"modem-xl": said(state="absent", advice="check the cable")})
    found = [c for c in conditions(replace(WELL, gauges=two)) if "Modem" in c.title]  # type: ignore[arg-type]
    assert [c.title for c in found] == ["Modem SMS", "Modem SMS xl"]
    assert found[1].for_technician == "check the cable"


def test_the_page_shows_what_the_processes_said(
    desk: Callable[[Role], LoggedIn], db: sqlite3.Connection
) -> None:
    health.state(db, "modem", {"state": "no_network", "advice": "check antenna"}, at())
    health.state(db, "sync", {"link": "down", "link_reason": "dns: unknown"}, at())
    page = desk(Role.CAMAT).get("/keadaan").text
    for words in ("Tanpa sinyal", "check antenna", "Sejak 21-11-2026 09.00", "dns: unknown"):
        assert words in page
    assert "Belum pernah" in page
