"""A slip as the bytes of an ESC/POS printer, made by python-escpos; in the printing child only."""

from escpos.printer import Dummy
from PIL import Image

from appliance.kiosk.receipt import Line, Slip
from web import qr

DOTS_PER_COLUMN = 12
"""Font A of every ESC/POS printer: 12 x 24 dots, 8 dots to the millimetre."""
QR_DOTS = 5
"""Per module: 0.6 mm, which old phones read; more would take long on a slow line."""
_LEAST_QR_DOTS = 3
_STRIP_ROWS = 24
"""A picture goes out in strips, so that a printer that was cut off in one waits for few bytes."""


def filler(columns: int) -> bytes:
    """What ends a strip that was cut off, so that the next slip is not taken for the rest of it.

    A printer that waits for nothing ignores it, and the reset at the slip's start does the rest.
    """
    return bytes(columns * DOTS_PER_COLUMN // 8 * _STRIP_ROWS)


def encode(slip: Slip) -> bytes:
    """The whole slip, from the reset of the printer to the cut."""
    printer = Dummy()
    printer.hw("INIT")
    _lines(printer, slip.head)
    if symbol := qr_image(slip):
        printer.set(align="center")
        printer.image(symbol, fragment_height=_STRIP_ROWS)
    _lines(printer, slip.foot)
    printer.cut(mode="PART")
    encoded: bytes = printer.output
    return encoded


def qr_image(slip: Slip) -> Image.Image | None:
    """The QR code of the slip, one pixel per dot; None where the paper is too narrow for it."""
    rows = qr.modules(slip.address)
    dots = min(QR_DOTS, slip.columns * DOTS_PER_COLUMN // len(rows))
    if dots < _LEAST_QR_DOTS:
        return None
    image = Image.new("1", (len(rows), len(rows)), color=1)
    image.putdata([0 if module else 1 for row in rows for module in row])
    return image.resize((len(rows) * dots,) * 2, Image.Resampling.NEAREST)


def _lines(printer: Dummy, lines: tuple[Line, ...]) -> None:
    for line in lines:
        printer.set(
            align="center" if line.is_centred else "left",
            bold=line.scale > 1,
            custom_size=True,
            width=line.scale,
            height=line.scale,
        )
        printer.textln(line.text)
