"""The bytes of a slip: what every ESC/POS printer knows, read back by a decoder of our own."""

from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain.cases.service_request import ServiceRequest
from appliance.kiosk.printing.escpos_bytes import encode
from appliance.kiosk.receipt import COLUMNS_MIN, Office, slip
from tests.sim.escpos import read_back
from tests.support.slips import ID, offices, qr_of, stored


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
