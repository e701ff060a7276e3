"""The touch screen of a box in qemu: what it shows, and a finger on it (QMP)."""

import json
import socket
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

WIDTH, HEIGHT = 1280, 800
_FULL_SCALE = 32767
"""Of qemu's absolute axes."""
_LIMIT_S = 120.0


class Screen:
    """Of the box that takes commands at `control`."""

    def __init__(self, control: Path) -> None:
        self._control = control

    def picture(self, path: Path) -> Image.Image:
        """What it shows now, kept as PNG in `path`."""
        self._do("screendump", filename=str(path), format="png")
        with Image.open(path) as shown:
            return shown.convert("RGB")

    def touch(self, x: int, y: int) -> None:
        """Touch it shortly there, in pixels from the left upper corner."""
        for axis, at, all_ in (("x", x, WIDTH), ("y", y, HEIGHT)):
            self._event("abs", axis=axis, value=at * _FULL_SCALE // all_)
        for is_down in (True, False):
            self._event("btn", button="left", down=is_down)

    def _event(self, kind: str, **data: object) -> None:
        self._do("input-send-event", events=[{"type": kind, "data": data}])

    def _do(self, command: str, **arguments: object) -> None:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(_LIMIT_S)
            line.connect(str(self._control))
            with line.makefile("rw", encoding="utf-8") as both:
                _expect(both.readline(), "QMP")
                for words in (
                    {"execute": "qmp_capabilities"},
                    {"execute": command, "arguments": arguments},
                ):
                    both.write(json.dumps(words) + "\n")
                    both.flush()
                    _expect(_answer(both), "return")


def is_blank(picture: Image.Image) -> bool:
    """Whether there is nothing to read: a few colours, as of a console or an empty window."""
    colours = picture.getcolors(WIDTH * HEIGHT)
    return len(colours or ()) < 100


def share_changed(before: Image.Image, after: Image.Image) -> float:
    """Of all pixels."""
    changed = ImageChops.difference(before, after).convert("L").point(lambda value: value and 255)
    return changed.histogram()[255] / (WIDTH * HEIGHT)


def _answer(lines: Any) -> str:
    """The next one that is no event."""
    while "event" in json.loads(line := str(lines.readline())):
        pass
    return line


def _expect(line: str, key: str) -> None:
    if key not in json.loads(line):
        raise RuntimeError(f"qemu says: {line}")
