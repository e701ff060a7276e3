"""A line to an ESC/POS printer through python-escpos: bytes out, status in; in the child only.

Statuses are those of Epson's ESC/POS reference: DLE EOT n is answered at once, even while the
printer is offline; GS r n only when everything sent before it has been worked off.
"""

import time
from contextlib import suppress

from escpos.escpos import Escpos
from escpos.printer import File, Network, Serial, Usb

from appliance.domain.box.print_job import Trouble
from appliance.runtime.kiosk_settings import Printer

RAW_PORT = 9100
"""AppSocket, where network printers listen."""
OPEN_LIMIT_S = 3.0
READ_S = 0.25
REAL_TIME_ANSWER_S = 1.0
"""A printer answers DLE EOT within milliseconds; some network adapters take longer."""
CHUNK_BYTES = 512

_OFFLINE_CAUSE, _PAPER_SENSOR = b"\x10\x04\x02", b"\x10\x04\x04"
_WORKED_OFF = b"\x1dr\x01"
_COVER_OPEN, _ERROR = 0x04, 0x40
_PAPER_END = 0x60
_WORKED_OFF_PAPER_END = 0x0C


class Line:
    """An open line; raises OSError and python-escpos' errors as they come."""

    def __init__(self, printer: Escpos) -> None:
        self._printer = printer
        self._can_read = type(printer)._read is not Escpos._read
        printer.open()

    def trouble(self) -> tuple[Trouble | None, bool]:
        """Ask what is wrong, and whether the printer answers at all."""
        if not self._can_read:
            return None, False
        paper = self._ask(_PAPER_SENSOR)
        if paper is None:
            return None, False
        if paper & _PAPER_END:
            return Trouble.PAPER_OUT, True
        cause = self._ask(_OFFLINE_CAUSE) or 0
        if cause & _COVER_OPEN:
            return Trouble.COVER_OPEN, True
        return (Trouble.PRINTER_ERROR if cause & _ERROR else None), True

    def send(self, content: bytes) -> None:
        """Write everything; blocks while the printer takes nothing."""
        for start in range(0, len(content), CHUNK_BYTES):
            self._printer._raw(content[start : start + CHUNK_BYTES])

    def worked_off(self, limit_s: float) -> Trouble | None:
        """Wait until the printer has worked off what was sent; None if it has, with paper left."""
        self._printer._raw(_WORKED_OFF)
        deadline_s = time.monotonic() + limit_s
        while time.monotonic() < deadline_s:
            status = self._read(REAL_TIME_ANSWER_S, mask=0x90, bits=0x00)
            if status is not None:
                return Trouble.PAPER_OUT if status & _WORKED_OFF_PAPER_END else None
            trouble, _ = self.trouble()
            if trouble:
                return trouble
        return Trouble.NO_ANSWER

    def close(self) -> None:
        """Let everything drain, and let go."""
        self._printer.close()

    def _ask(self, question: bytes) -> int | None:
        self._printer._raw(question)
        return self._read(REAL_TIME_ANSWER_S, mask=0x93, bits=0x12)

    def _read(self, limit_s: float, *, mask: int, bits: int) -> int | None:
        """The first byte with those fixed bits; others are of questions asked before."""
        deadline_s = time.monotonic() + limit_s
        while time.monotonic() < deadline_s:
            with suppress(TimeoutError):
                for byte in self._printer._read():
                    if byte & mask == bits:
                        return int(byte)
        return None


def open_line(printer: Printer) -> Line:
    """Open the configured printer; raises what the library raises when it cannot be had."""
    return Line(_unopened(printer))


def _unopened(printer: Printer) -> Escpos:
    device = printer.device
    match printer.kind:
        case "usb":
            vendor, product = (int(part, 16) for part in device.split(":"))
            return Usb(vendor, product, timeout=0)
        case "serial":
            return Serial(device, baudrate=printer.baud, timeout=READ_S)
        case "network":
            host, _, port = device.partition(":")
            return Network(host, int(port or RAW_PORT), timeout=OPEN_LIMIT_S)
        case _:
            return File(device)
