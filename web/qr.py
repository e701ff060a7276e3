"""QR codes as inline SVG, so that a page needs no image and no script."""

import io

import segno
from markupsafe import Markup

QUIET_ZONE_MODULES = 4
"""ISO/IEC 18004 asks for four light modules around the symbol."""


def svg(address: str) -> Markup:
    """Draw an address; the caller sizes it with CSS (`.qr`)."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", border=QUIET_ZONE_MODULES, xmldecl=False, svgns=True, omitsize=True
    )
    return Markup(out.getvalue().decode("utf-8"))  # noqa: S704  segno escapes; no text is included
