"""The bytes of a slip: what every ESC/POS printer knows, read back by a decoder of our own."""

import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from appliance.domain.service_request import ServiceRequest
from appliance.kiosk.printing.escpos_bytes import encode
from appliance.kiosk.receipt import COLUMNS_MIN, Office, slip
from tests.sim.escpos import Printout, read_back
from tests.unit.kiosk.test_receipt import ID, offices, stored


def qr_of(printout: Printout) -> str:
    """What a phone reads from the last picture on the slip."""
    rows = printout.images[-1]
    size = (len(rows[0]), len(rows))
    image = Image.frombytes("L", size, bytes(0 if dot else 255 for row in rows for dot in row))
    [found] = zxingcpp.read_barcodes(image)
    return found.text


@settings(max_examples=30, deadline=None)
@given(stored, offices, st.integers(COLUMNS_MIN, 64))
def test_what_is_read_back_is_what_was_laid_out(
    request: ServiceRequest, office: Office, columns: int
) -> None:
    laid_out = slip(request, office, columns, ID)
    printer = read_back(encode(laid_out), columns)
    assert printer.faults == []
    [printout] = printer.printouts
    lines = [*laid_out.head, *laid_out.foot]
    assert [line.strip() for line in printout.lines] == [line.text.strip() for line in lines]
    assert printout.scales == [line.scale for line in lines]
    assert printout.is_cut
    if len(laid_out.address) < 100:
        assert len(printout.images) == 1
        assert qr_of(printout) == laid_out.address


@settings(max_examples=30, deadline=None)
@given(stored, offices)
def test_no_byte_of_the_picture_can_be_taken_for_a_question(
    request: ServiceRequest, office: Office
) -> None:
    """Printers obey DLE EOT and DLE ENQ even inside pictures; no dot of ours stands alone."""
    encoded = encode(slip(request, office, 32, ID))
    assert b"\x10\x04" not in encoded
    assert b"\x10\x05" not in encoded
    assert b"\x10\x14" not in encoded
