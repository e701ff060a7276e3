"""Slips under kill -9 and power cuts at every step, and the whole way from touch to paper."""

import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance.actions.box import printing
from appliance.actions.cases import intake
from appliance.domain.box.print_job import PrintState
from appliance.runtime import clock
from appliance.store.box import print_jobs
from appliance.store.cases import requests
from appliance.store.database import connect
from tests.builders import a_draft
from tests.e2e.slip_pages import look_again, report, touch_print_again
from tests.sim.escpos import EscposPrinter
from tests.sim.escpos_lines import Cable, on_network
from tests.support.people import Browser
from tests.support.ports import unused_ports
from tests.support.slips import qr_of
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


ROOT = Path(__file__).parents[2]


SLIP_BYTES = 5000
"""A little less than a slip takes."""


@pytest.fixture
def printer() -> EscposPrinter:
    return EscposPrinter()


@pytest.fixture
def line(printer: EscposPrinter) -> Iterator[tuple[Cable, str]]:
    with on_network(printer) as (cable, address):
        yield cable, address


@pytest.fixture
def request_id(db: sqlite3.Connection) -> str:
    outcome = intake.receive(db, a_draft(), clock.now())
    assert isinstance(outcome, intake.Receipt)
    printing.enqueue(db, outcome.request.id, "id", clock.now())
    return outcome.request.id


def queue(path: Path, address: str, step: str = "") -> subprocess.Popen:
    command = [sys.executable, "-m", "tests.support.slip_queue", str(path), address, step]
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True)


def let_the_child_end(path: Path) -> None:
    """Wait until no printing child lives: each holds the lock as long as it prints."""
    with path.with_name(path.name + ".printer-lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)


def judge(db: sqlite3.Connection, request_id: str, printer: EscposPrinter) -> PrintState:
    """Assert that what the screen says of the slip is true; return it."""
    job = print_jobs.latest(db, request_id)
    assert job
    assert job.copy == 1
    whole = [out for out in printer.printouts if out.is_cut]
    assert len(printer.printouts) <= 1
    assert printer.faults == []
    match job.state:
        case PrintState.PRINTED:
            assert len(whole) == 1
        case PrintState.FAILED:
            assert printer.printouts == []
        case state:
            assert state is PrintState.UNCERTAIN
    return job.state


@pytest.mark.parametrize(
    ("step", "state", "slips"),
    [
        ("claimed", PrintState.UNCERTAIN, 0),
        ("printed", PrintState.UNCERTAIN, 1),
        ("settled", PrintState.PRINTED, 1),
    ],
)
def test_killed_between_two_steps_the_slip_comes_once_or_the_screen_says_so(
    db, db_path: Path, request_id: str, printer, line, step: str, state: PrintState, slips: int
) -> None:
    assert queue(db_path, line[1], step).wait() == -signal.SIGKILL
    let_the_child_end(db_path)
    assert queue(db_path, line[1]).wait() == 0
    assert judge(db, request_id, printer) is state
    assert len(printer.printouts) == slips


def test_queued_before_the_power_went_the_slip_comes_after(
    db, db_path: Path, request_id: str, printer, line
) -> None:
    assert queue(db_path, line[1]).wait() == 0
    assert judge(db, request_id, printer) is PrintState.PRINTED


@pytest.mark.parametrize("is_power_cut", [False, True], ids=["kiosk killed", "power cut"])
@pytest.mark.parametrize("count", [1, 4, 200, 2500, SLIP_BYTES])
def test_killed_while_bytes_flow_the_slip_is_not_printed_again(
    db, db_path: Path, request_id: str, printer, line, count: int, is_power_cut: bool
) -> None:
    cable, address = line
    process = queue(db_path, address)

    def kill(received: int) -> None:
        if received >= count and process.poll() is None:
            if is_power_cut:
                cable.cut_after = 0
                os.killpg(process.pid, signal.SIGKILL)
            else:
                os.kill(process.pid, signal.SIGKILL)
            process.wait()

    cable.on_bytes = kill
    assert process.wait() == -signal.SIGKILL
    let_the_child_end(db_path)
    wait_for(lambda: not cable.is_connected, "the line is closed")
    if is_power_cut:
        printer.power_cycle()
        cable.cut_after = None
    printed_by_then = len(printer.printouts)
    assert queue(db_path, address).wait() == 0
    assert judge(db, request_id, printer) is PrintState.UNCERTAIN
    assert len(printer.printouts) == printed_by_then


@pytest.mark.parametrize("count", [2500, 3500])
def test_the_slip_after_one_that_was_cut_off_is_whole(
    db, db_path: Path, request_id: str, printer, line, count: int
) -> None:
    """Cut off in the middle of a picture, and the printer has kept its power and its buffer."""
    cable, address = line
    process = queue(db_path, address)

    def kill(received: int) -> None:
        if received >= count and process.poll() is None:
            cable.cut_after = 0
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    cable.on_bytes = kill
    assert process.wait() == -signal.SIGKILL
    wait_for(lambda: not cable.is_connected, "the line is closed")
    cable.cut_after = None
    printing.recover(db, clock.now())
    assert printing.enqueue_again(db, request_id, 1, "id", clock.now())
    assert queue(db_path, address).wait() == 0
    job = print_jobs.latest(db, request_id)
    assert job
    assert job.state is PrintState.PRINTED
    request = requests.by_id(db, request_id)
    assert request
    assert qr_of(printer.printouts[-1]) == f"http://posko.lan/tiket/{request.ticket.digits}"
    assert printer.faults == []


CONFIG = """
[site]
code = "14.71.07"
name = "Bukit Raya"
city = "Kota Pekanbaru"
[store]
path = "{path}"
[kiosk]
listen = "127.0.0.1:{port}"
[printer]
kind = "network"
device = "{device}"
"""


@contextmanager
def kiosk(folder: Path, device: str, port: int = 0) -> Iterator[tuple[subprocess.Popen, Browser]]:
    port = port or unused_ports(1)[0]
    config = folder / "posko.toml"
    config.write_text(CONFIG.format(path=folder / "posko.db", port=port, device=device))
    environment = {**os.environ, "POSKO_CONFIG": str(config)}
    with subprocess.Popen(
        [sys.executable, "-m", "appliance.kiosk"], cwd=ROOT, env=environment
    ) as process:
        try:
            yield process, Browser(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()


def test_from_the_last_touch_to_the_paper(tmp_path: Path, printer, line) -> None:
    with kiosk(tmp_path, line[1]) as (_, browser):
        number = report(browser)
        wait_for(lambda: "Silakan ambil" in look_again(browser), "the slip is printed")
        [printout] = printer.printouts
        assert number in printout.text
        assert "menumpuk" not in printout.text
        assert "Cetak lagi" not in look_again(browser)


def test_without_paper_the_screen_says_so_and_prints_when_asked_again(
    tmp_path: Path, printer, line
) -> None:
    printer.paper_dots = 0
    with kiosk(tmp_path, line[1]) as (_, browser):
        number = report(browser)
        assert all(f"<span>{part}</span>" in look_again(browser) for part in number.split())
        wait_for(lambda: "Struk tidak tercetak" in look_again(browser), "it says so")
        printer.load_paper()
        assert printer.printouts == []
        touch_print_again(browser)
        wait_for(lambda: "Silakan ambil" in look_again(browser), "the second try is printed")
        [printout] = printer.printouts
        assert number in printout.text


def test_a_kiosk_that_is_stopped_finishes_the_slip_at_hand(tmp_path: Path, printer, line) -> None:
    cable, address = line
    with kiosk(tmp_path, address) as (process, browser):

        def stop(_count: int) -> None:
            cable.on_bytes = lambda _count: None
            process.terminate()

        cable.on_bytes = stop
        report(browser)
        assert process.wait() == 0
    db = connect(tmp_path / "posko.db")
    [row] = db.execute("SELECT state FROM print_jobs").fetchall()
    db.close()
    assert row["state"] == PrintState.PRINTED
    assert [out.is_cut for out in printer.printouts] == [True]


def test_killed_within_the_slip_the_screen_says_after_the_restart_that_nobody_knows(
    tmp_path: Path, printer, line
) -> None:
    cable, address = line
    [port] = unused_ports(1)
    with kiosk(tmp_path, address, port) as (process, browser):

        def kill(count: int) -> None:
            if count > SLIP_BYTES // 2:
                cable.on_bytes = lambda _count: None
                process.kill()

        cable.on_bytes = kill
        report(browser)
        assert process.wait() == -signal.SIGKILL
    let_the_child_end(tmp_path / "posko.db")
    with kiosk(tmp_path, address, port):
        browser.open(browser.url.removeprefix(browser.base))
        wait_for(lambda: "Struk tidak keluar?" in look_again(browser), "it says so")
    assert len(printer.printouts) == 1
