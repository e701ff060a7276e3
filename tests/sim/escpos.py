"""A simulated ESC/POS printer: strict about every byte, and it keeps what came out.

Pure: `update(bytes) -> bytes` is its line, `paper` what a person finds below it. It knows just the
commands a slip needs (Epson's ESC/POS reference) and calls everything else a fault, as a real one
would print it as garbage.
"""

from dataclasses import dataclass, field

DOTS_PER_COLUMN = 12
LINE_DOTS = 30
ENOUGH_DOTS = 1_000_000


@dataclass
class Printout:
    """What has come out between two cuts."""

    lines: list[str] = field(default_factory=list)
    scales: list[int] = field(default_factory=list)
    images: list[list[bytes]] = field(default_factory=list)
    """Rows of dots, one byte each, 1 is black."""
    is_cut: bool = False

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self.lines)


class EscposPrinter:
    """One printer with its roll of paper."""

    def __init__(self, columns: int = 32, *, paper_dots: int = ENOUGH_DOTS) -> None:
        self.columns = columns
        self.paper_dots = paper_dots
        self.is_cover_open = False
        self.is_mute = False
        """Takes everything and answers nothing, as behind a line that goes one way."""
        self.is_hung = False
        """Takes and answers nothing."""
        self.faults: list[str] = []
        self.printouts: list[Printout] = []
        self._buffer = bytearray()
        self._reset()

    @property
    def is_offline(self) -> bool:
        """Prints nothing until somebody comes."""
        return self.paper_dots <= 0 or self.is_cover_open

    def load_paper(self, dots: int = ENOUGH_DOTS) -> bytes:
        """Put in a roll; what waits in the buffer is printed, as real ones do."""
        self.paper_dots = dots
        return self.update(b"")

    def update(self, data: bytes) -> bytes:
        """Take bytes, print what can be printed, and return what the printer says."""
        answer = bytearray()
        self._buffer += data
        self._answer_at_once(answer)
        while self._buffer and not self.is_offline:
            length = self._step(answer)
            if length == 0:
                break
            del self._buffer[:length]
        return b"" if self.is_mute else bytes(answer)

    def power_cycle(self) -> None:
        """Forget what is in the buffer; the paper stays."""
        self._buffer.clear()
        self._reset()

    # Commands

    def _reset(self) -> None:
        self._align, self._scale, self._line = "left", 1, bytearray()
        self._is_below_picture = False

    def _answer_at_once(self, answer: bytearray) -> None:
        """DLE EOT, wherever it stands, overtaking what waits: even inside a picture."""
        while (at := self._buffer.find(b"\x10\x04")) >= 0 and len(self._buffer) > at + 2:
            answer.append(self._status(self._buffer[at + 2]))
            del self._buffer[at : at + 3]

    def _status(self, n: int) -> int:
        fixed = 0x12
        if n == 1:
            return fixed | (0x08 if self.is_offline else 0)
        if n == 2:
            paper = 0x20 if self.paper_dots <= 0 else 0
            return fixed | paper | (0x04 if self.is_cover_open else 0)
        if n == 4:
            return fixed | (0x60 if self.paper_dots <= 0 else 0)
        self.faults.append(f"DLE EOT {n}")
        return fixed

    def _step(self, answer: bytearray) -> int:
        """Work off one command or character; return its length, 0 if more bytes must come."""
        head = self._buffer[0]
        if head == 0x00:
            return 1
        if head == 0x0A:
            self._feed_line()
            return 1
        if 0x20 <= head <= 0x7E:
            self._line.append(head)
            return 1
        if head in (0x1B, 0x1D):
            return self._command(answer)
        self.faults.append(f"byte {head:#04x}")
        return 1

    def _command(self, answer: bytearray) -> int:
        command = bytes(self._buffer[:2])
        if command == b"\x1b@":
            self._reset()
            return 2
        if command == b"\x1dv":
            return self._picture()
        if len(self._buffer) < 3:
            return 0
        value = self._buffer[2]
        match command:
            case b"\x1d!":
                if value >> 4 != value & 7 or value & 0x88:
                    self.faults.append(f"size {value:#04x}")
                self._scale = (value & 7) + 1
            case b"\x1ba" if value in (0, 1):
                self._align = ("left", "centre")[value]
                if self._line:
                    self.faults.append("alignment in the middle of a line")
            case b"\x1bE" if value in (0, 1):
                pass
            case b"\x1bt" if value == 0:
                pass
            case b"\x1bd":
                self._use(value * LINE_DOTS)
            case b"\x1dV" if value in (0, 1):
                self._cut()
            case b"\x1dr" if value == 1:
                answer.append(0x00 if self.paper_dots > 0 else 0x0C)
            case _:
                self.faults.append(f"command {command!r} {value}")
        return 3

    def _picture(self) -> int:
        if len(self._buffer) < 8:
            return 0
        if self._buffer[2:4] != b"0\x00":
            self.faults.append("picture not in GS v 0 at full density")
        width = self._buffer[4] + 256 * self._buffer[5]
        height = self._buffer[6] + 256 * self._buffer[7]
        if width * 8 > self.columns * DOTS_PER_COLUMN + 7:
            self.faults.append(f"picture of {width * 8} dots")
        if len(self._buffer) < 8 + width * height:
            return 0
        raw = bytes(self._buffer[8 : 8 + width * height])
        rows = [raw[row * width : (row + 1) * width] for row in range(height)]
        images = self._current().images
        if not self._is_below_picture:
            images.append([])
        images[-1] += [_dots(row) for row in rows]
        self._is_below_picture = True
        self._use(height)
        return 8 + width * height

    # Paper

    def _current(self) -> Printout:
        if not self.printouts or self.printouts[-1].is_cut:
            self.printouts.append(Printout())
        return self.printouts[-1]

    def _feed_line(self) -> None:
        text = self._line.decode("ascii")
        if len(text) * self._scale > self.columns:
            self.faults.append(f"line too long: {text!r} x {self._scale}")
        width = self.columns // self._scale
        shown = text.center(width).rstrip() if self._align == "centre" else text
        printout = self._current()
        printout.lines.append(shown)
        printout.scales.append(self._scale)
        self._line.clear()
        self._is_below_picture = False
        self._use(self._scale * LINE_DOTS)

    def _cut(self) -> None:
        if self._line:
            self.faults.append("cut in the middle of a line")
        self._current().is_cut = True

    def _use(self, dots: int) -> None:
        self.paper_dots -= dots


def _dots(row: bytes) -> bytes:
    return bytes(byte >> bit & 1 for byte in row for bit in range(7, -1, -1))


def read_back(content: bytes, columns: int) -> EscposPrinter:
    """Decode bytes that were meant for a printer with plenty of paper."""
    printer = EscposPrinter(columns)
    printer.update(content)
    return printer
