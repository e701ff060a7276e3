"""The printing child against a simulated printer on every kind of line, in every trouble."""

import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from appliance.domain.box.print_job import Outcome, PrintState, Trouble
from appliance.kiosk.printing.running import draw_slip, print_slip
from appliance.kiosk.receipt import Slip, slip
from appliance.runtime.kiosk_settings import Printer
from tests.builders import a_request
from tests.sim.escpos import LINE_DOTS, EscposPrinter, read_back
from tests.sim.escpos_lines import Cable, on_network, on_terminal
from tests.support.slips import ID, OFFICE, qr_of

pytestmark = pytest.mark.slow

ADDRESS = "http://posko.lan/tiket/07123450"
PRINTED = Outcome(state=PrintState.PRINTED)


def a_slip(columns: int = 32) -> Slip:
    return slip(a_request(), OFFICE, columns, ID)


def is_whole(printer: EscposPrinter) -> bool:
    """Assert that one slip came out, as it should, and nothing besides."""
    assert printer.faults == []
    [printout] = printer.printouts
    assert printout.is_cut
    assert "07 123 450" in [line.strip() for line in printout.lines]
    assert len(printout.images) == 1
    assert qr_of(printout) == ADDRESS
    return True


@pytest.fixture
def printer() -> EscposPrinter:
    return EscposPrinter()


@pytest.fixture
def network(printer: EscposPrinter) -> Iterator[tuple[Cable, Printer]]:
    with on_network(printer) as (cable, address):
        yield cable, Printer(kind="network", device=address)


@pytest.mark.parametrize("columns", [24, 32, 42, 48, 64])
def test_a_slip_comes_out_whole_over_the_network(tmp_path: Path, columns: int) -> None:
    printer = EscposPrinter(columns)
    with on_network(printer) as (_, address):
        there = Printer(kind="network", device=address, columns=columns)
        assert print_slip(a_slip(columns), there, tmp_path / "db") == PRINTED
    assert is_whole(printer)


def test_a_slip_comes_out_whole_over_a_serial_line(tmp_path: Path, printer: EscposPrinter) -> None:
    device = tmp_path / "printer"
    with on_terminal(printer, device):
        there = Printer(kind="serial", device=str(device), baud=115200)
        assert print_slip(a_slip(), there, tmp_path / "db") == PRINTED
    assert is_whole(printer)


def test_a_file_gets_the_whole_slip_and_nobody_claims_that_it_is_printed(tmp_path: Path) -> None:
    file = tmp_path / "lp0"
    outcome = print_slip(a_slip(), Printer(kind="file", device=str(file)), tmp_path / "db")
    assert outcome == Outcome(state=PrintState.UNCERTAIN, trouble=Trouble.NO_ANSWER)
    assert is_whole(read_back(file.read_bytes(), 32))


def test_a_printer_that_never_answers_gets_the_slip_too(tmp_path: Path, network, printer) -> None:
    printer.is_mute = True
    outcome = print_slip(a_slip(), network[1], tmp_path / "db")
    assert outcome == Outcome(state=PrintState.UNCERTAIN, trouble=Trouble.NO_ANSWER)
    assert is_whole(printer)


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [({"paper_dots": 0}, Trouble.PAPER_OUT), ({"is_cover_open": True}, Trouble.COVER_OPEN)],
    ids=["paper", "cover"],
)
def test_a_printer_that_cannot_print_is_sent_nothing(
    tmp_path: Path, network, printer: EscposPrinter, fault: dict, trouble: Trouble
) -> None:
    vars(printer).update(fault)
    outcome = print_slip(a_slip(), network[1], tmp_path / "db")
    assert outcome == Outcome(state=PrintState.FAILED, trouble=trouble)
    printer.is_cover_open = False
    printer.load_paper()
    assert printer.printouts == []


@pytest.mark.parametrize("lines", [1, 8, 16, 25])
def test_paper_that_ends_within_the_slip_is_noticed(
    tmp_path: Path, network, printer: EscposPrinter, lines: int
) -> None:
    printer.paper_dots = lines * LINE_DOTS
    outcome = print_slip(a_slip(), network[1], tmp_path / "db")
    assert outcome == Outcome(state=PrintState.UNCERTAIN, trouble=Trouble.PAPER_OUT)


@pytest.mark.parametrize(
    "there",
    [
        Printer(kind="network", device="127.0.0.1:1"),
        Printer(kind="serial", device="/dev/no-such-printer"),
        Printer(kind="file", device="/no/such/folder/lp0"),
        Printer(kind="usb", device="dead:beef"),
    ],
    ids=lambda there: there.kind,
)
def test_a_printer_that_is_not_there_prints_nothing(tmp_path: Path, there: Printer) -> None:
    outcome = print_slip(a_slip(), there, tmp_path / "db")
    assert outcome == Outcome(state=PrintState.FAILED, trouble=Trouble.UNREACHABLE)


def test_a_line_cut_in_the_middle_leaves_it_open_whether_the_slip_came(
    tmp_path: Path, network
) -> None:
    cable, there = network
    cable.cut_after = 1500
    assert print_slip(a_slip(), there, tmp_path / "db").state is PrintState.UNCERTAIN


def test_a_printer_that_hangs_from_the_first_byte_on_is_given_up_in_time(
    tmp_path: Path, network, printer: EscposPrinter
) -> None:
    printer.is_hung = True
    outcome = print_slip(a_slip(), network[1], tmp_path / "db", limit_s=15)
    assert outcome == Outcome(state=PrintState.UNCERTAIN, trouble=Trouble.NO_ANSWER)


def test_a_printer_that_hangs_within_the_slip_is_given_up_in_time(
    tmp_path: Path, network, printer: EscposPrinter
) -> None:
    cable, there = network

    def hang(count: int) -> None:
        printer.is_hung = count > 1000

    cable.on_bytes = hang
    outcome = print_slip(a_slip(), there, tmp_path / "db", limit_s=5)
    assert outcome == Outcome(state=PrintState.UNCERTAIN, trouble=Trouble.TIMEOUT)


def test_two_slips_at_once_come_out_one_after_the_other(
    tmp_path: Path, network, printer: EscposPrinter
) -> None:
    outcomes = []
    both = [
        threading.Thread(
            target=lambda: outcomes.append(print_slip(a_slip(), network[1], tmp_path / "db"))
        )
        for _ in range(2)
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert outcomes == [PRINTED, PRINTED]
    assert printer.faults == []
    assert [out.text for out in printer.printouts] == [printer.printouts[0].text] * 2


def test_the_picture_shows_what_is_printed(tmp_path: Path) -> None:
    path = tmp_path / "slip.png"
    draw_slip(a_slip(), path)
    with Image.open(path) as picture:
        assert picture.width >= 384
        [found] = zxingcpp.read_barcodes(picture.convert("L"))
    assert found.text == ADDRESS


def test_the_child_is_killed_by_its_limits_not_by_its_printer(tmp_path: Path) -> None:
    fifo = tmp_path / "lp0"
    os.mkfifo(fifo)
    outcome = print_slip(
        a_slip(), Printer(kind="file", device=str(fifo)), tmp_path / "db", limit_s=2
    )
    assert outcome == Outcome(state=PrintState.FAILED, trouble=Trouble.TIMEOUT)


def test_the_kiosk_itself_never_loads_what_the_child_needs() -> None:
    import subprocess
    import sys

    code = (
        "import sys, appliance.kiosk.__main__; "
        "print([m for m in sys.modules if re.match('escpos|PIL|gpiozero|usb', m)])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", f"import re; {code}"], capture_output=True, text=True, check=True
    )
    assert re.fullmatch(r"\[\]\s*", loaded.stdout)
