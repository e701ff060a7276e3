"""QR codes: as inline SVG, so that a page needs no image and no script, or module by module."""

import io

import segno
from markupsafe import Markup

QUIET_ZONE_MODULES = 4
"""ISO/IEC 18004 asks for four light modules around the symbol."""


def modules(address: str) -> list[bytes]:
    """The rows of an address's symbol with its quiet zone; a dark module is 1."""
    symbol = segno.make(address, error="m", micro=False)
    return [bytes(row) for row in symbol.matrix_iter(border=QUIET_ZONE_MODULES)]


def svg(address: str) -> Markup:
    """Draw an address; the caller sizes it with CSS (`.qr`)."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", border=QUIET_ZONE_MODULES, xmldecl=False, svgns=True, omitsize=True
    )
    return Markup(out.getvalue().decode("utf-8"))  # noqa: S704  segno escapes; no text is included
