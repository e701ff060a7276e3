"""A slip as a picture, dot for dot as it is printed; for documents and to look at."""

from itertools import chain
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from appliance.kiosk.printing.escpos_bytes import DOTS_PER_COLUMN, qr_image
from appliance.kiosk.receipt import Line, Slip

LINE_DOTS = 30
"""The line spacing after a reset, for characters of 24 dots."""
MARGIN_DOTS = 24
_GLYPH = (6, 11)
"""Pillow's built-in bitmap font; drawn twice as large it is nearly font A."""


def draw(slip: Slip, path: Path) -> None:
    """Write a PNG."""
    symbol = qr_image(slip)
    width = slip.columns * DOTS_PER_COLUMN
    height = sum(line.scale * LINE_DOTS for line in chain(slip.head, slip.foot))
    height += symbol.height if symbol else 0
    paper = Image.new("1", (width + 2 * MARGIN_DOTS, height + 2 * MARGIN_DOTS), color=1)
    y = _lines(paper, slip.head, MARGIN_DOTS)
    if symbol:
        paper.paste(symbol, ((paper.width - symbol.width) // 2, y))
        y += symbol.height
    _lines(paper, slip.foot, y)
    paper.save(path, format="PNG", optimize=True)


def _lines(paper: Image.Image, lines: tuple[Line, ...], y: int) -> int:
    for line in lines:
        if line.text:
            text = _text(line)
            is_centred = line.is_centred
            x = (paper.width - text.width) // 2 if is_centred else MARGIN_DOTS
            paper.paste(text, (x, y))
        y += line.scale * LINE_DOTS
    return y


def _text(line: Line) -> Image.Image:
    glyph_width, glyph_height = _GLYPH
    small = Image.new("1", (glyph_width * len(line.text), glyph_height), color=1)
    font = ImageFont.load_default_imagefont()
    ImageDraw.Draw(small).text((0, 0), line.text, font=font, fill=0)
    scale = 2 * line.scale
    return small.resize((small.width * scale, small.height * scale), Image.Resampling.NEAREST)
