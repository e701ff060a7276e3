"""`posko kiosk`."""

import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance import __main__ as posko
from appliance.actions.cases import helping
from tests.conftest import at
from tests.sim.escpos import read_back

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    def run(*arguments: str, printer: str = "") -> tuple[int, str, str]:
        config = tmp_path / "posko.toml"
        config.write_text(
            '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
            f'[store]\npath = "{tmp_path}/posko.db"\n[printer]\n{printer}\n'
        )
        monkeypatch.setattr(sys, "argv", ["posko", "--config", str(config), *arguments])
        status = posko.main()
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def test_a_test_print_comes_out_and_fits(command: Command, tmp_path: Path) -> None:
    paper = tmp_path / "lp0"
    status, out, _ = command(
        "kiosk", "test-print", printer=f'kind = "file"\ndevice = "{paper}"\ncolumns = 48'
    )
    assert (status, "look whether" in out) == (0, True)
    printer = read_back(paper.read_bytes(), 48)
    assert printer.faults == []
    assert "Kecamatan Bukit Raya" in printer.printouts[0].text


def test_a_test_print_without_a_printer_says_what_to_set(command: Command) -> None:
    status, _, err = command("kiosk", "test-print")
    assert status == 1
    assert "[printer] kind" in err


def test_a_test_print_that_reaches_no_printer_says_what_to_check(command: Command) -> None:
    status, _, err = command(
        "kiosk", "test-print", printer='kind = "serial"\ndevice = "/dev/no-such"'
    )
    assert status == 1
    assert "cable" in err


def test_a_test_slip_can_be_drawn(command: Command, tmp_path: Path) -> None:
    picture = tmp_path / "slip.png"
    assert command("kiosk", "test-print", "--picture", str(picture))[0] == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    status, _, err = command("kiosk", "test-print", "--picture", "/no/such/folder/slip.png")
    assert status == 1
    assert "cannot draw" in err


def test_status_shows_a_call_for_help_until_it_is_answered(
    command: Command, db: sqlite3.Connection
) -> None:
    assert "Help" not in command("status")[1]
    helping.call(db, at())
    assert "posko kiosk answered" in command("status")[1]
    assert command("kiosk", "answered")[1] == "the call is closed\n"
    assert "Help" not in command("status")[1]
    assert command("kiosk", "answered")[1] == "nobody has called\n"
