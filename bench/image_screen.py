"""The touch screen of a box in qemu: what it shows, and a finger on it."""

import time
from pathlib import Path

from PIL import Image, ImageChops

from tests.support.qmp import Qmp

WIDTH, HEIGHT = 1280, 800
_FULL_SCALE = 32767
"""Of qemu's absolute axes."""
_TOUCH_S = 0.5
"""A finger stays as long: a slow machine sees it go down before it goes up."""


class Screen:
    """Of the box in that qemu."""

    def __init__(self, qemu: Qmp) -> None:
        self._qemu = qemu

    def picture(self, path: Path) -> Image.Image:
        """What it shows now, kept as PNG in `path`."""
        self._qemu.do("screendump", filename=str(path), format="png")
        with Image.open(path) as shown:
            return shown.convert("RGB")

    def touch(self, x: int, y: int) -> None:
        """Touch it shortly there, in pixels from the left upper corner."""
        for axis, at, all_ in (("x", x, WIDTH), ("y", y, HEIGHT)):
            self._event("abs", axis=axis, value=at * _FULL_SCALE // all_)
        self._event("btn", button="left", down=True)
        time.sleep(_TOUCH_S)
        self._event("btn", button="left", down=False)

    def _event(self, kind: str, **data: object) -> None:
        self._qemu.do("input-send-event", events=[{"type": kind, "data": data}])


def is_blank(picture: Image.Image) -> bool:
    """Whether there is nothing to read: a few colours, as of a console or an empty window."""
    colours = picture.getcolors(WIDTH * HEIGHT)
    return len(colours or ()) < 100


def share_changed(before: Image.Image, after: Image.Image) -> float:
    """Of all pixels."""
    changed = ImageChops.difference(before, after).convert("L").point(lambda value: value and 255)
    return changed.histogram()[255] / (WIDTH * HEIGHT)
