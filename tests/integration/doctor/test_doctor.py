"""`posko doctor` as a whole: what is well is called so, and nothing is changed or left out."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from appliance import __main__ as posko
from tests.integration.doctor.sick import Doctor, Sick, apply
from tests.sim.escpos import EscposPrinter
from tests.sim.escpos_lines import on_network
from tests.sim.running import running_modem

pytestmark = pytest.mark.slow


@contextmanager
def a_well_box(box: Sick) -> Iterator[Sick]:
    """Everything that can be had here without a Pi."""
    with running_modem(box.home), on_network(EscposPrinter()) as (_, printer):
        box.set("modem", device=str(box.home / "modem"), own_numbers=["+6281100000001"])
        box.set("printer", kind="network", device=printer)
        box.set("board", screen=False)
        box.trust("147107")
        apply(box)
        yield box


@pytest.mark.parametrize("part", ["settings", "system-files", "database", "modem", "printer"])
def test_doctor_finds_nothing_wrong_with_a_part_that_is_well(
    part: str, sick: Sick, doctor: Doctor
) -> None:
    with a_well_box(sick) as box:
        _, findings = doctor(box, "--only", part)
    assert {f["level"] for f in findings} <= {"ok", "warn"}, findings
    assert [f for f in findings if f["level"] == "warn" and part != "modem"] == []


def test_a_broker_that_is_well_is_called_so(sick: Sick, doctor: Doctor) -> None:
    sick.trust("147107")
    _, findings = doctor(sick, "--only", "city")
    [broker] = [f for f in findings if f["what"] == "broker"]
    assert (broker["level"], "TLS is good" in broker["found"]) == ("ok", True)


def test_whatever_is_broken_every_part_is_told_within_the_time(sick: Sick, doctor: Doctor) -> None:
    sick.database.write_bytes(b"\xee" * 20_000)
    _, findings = doctor(sick, "--storage")
    assert {"database", "storage", "modem", "city", "versions"} <= {f["part"] for f in findings}
    assert [f for f in findings if "could not be looked at" in f["found"]] == []


def test_a_system_that_is_not_there_is_told_in_a_word(
    sick: Sick, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = sick.home / "mnt"
    words = ["posko", "doctor", "--config", str(sick.write()), "--root", str(missing)]
    monkeypatch.setattr(sys, "argv", words)
    assert posko.main() == 1
    assert capsys.readouterr() == ("", f"posko: there is no folder {missing} (--root)\n")


def test_the_trial_of_the_disk_leaves_nothing_behind(sick: Sick, doctor: Doctor) -> None:
    before = sorted(path.name for path in sick.home.iterdir())
    _, findings = doctor(sick, "--only", "storage")
    assert "flush" in {f["what"] for f in findings}
    left = {path.name for path in sick.home.iterdir()} - {*before, "posko.toml"}
    assert left == set()


def test_doctor_changes_nothing_in_the_database(sick: Sick, doctor: Doctor) -> None:
    def content() -> list[str]:
        with closing(sqlite3.connect(sick.database)) as db:
            return list(db.iterdump())

    before = content()
    doctor(sick)
    assert content() == before
