"""The touch screen of a box in qemu: what it shows, a finger on it, and its cable."""

import socket
import struct
import time
from pathlib import Path

from PIL import Image, ImageChops

from tests.support.qmp import Qmp
from tests.support.waiting import wait_for

WIDTH, HEIGHT = 1280, 800
_FULL_SCALE = 32767
"""Of qemu's absolute axes."""
_ANSWERS_IN_S = 120.0
_TOUCH_S = 0.5
"""A finger stays as long: a slow machine sees it go down before it goes up."""


class Screen:
    """Of the box in that qemu, where the screen's cable goes to `cable`."""

    def __init__(self, qemu: Qmp, cable: Path) -> None:
        self._qemu, self._cable = qemu, cable

    def plug_in(self) -> None:
        """The kernel is told of a screen at its output (hot plug)."""
        _set_desktop_size(self._cable, WIDTH, HEIGHT)

    def pull_out(self) -> None:
        """The kernel is told that nothing is at its output any more."""
        self.plug_in()  # qemu passes only changes on, and knows of nothing at its start
        _set_desktop_size(self._cable, 0, 0)

    def picture(self, path: Path) -> Image.Image:
        """What it shows now, kept as PNG in `path`."""
        self._qemu.do("screendump", filename=str(path), format="png")
        with Image.open(path) as shown:
            return shown.convert("RGB")

    def touch(self, x: int, y: int) -> None:
        """Touch it shortly there, in pixels from the left upper corner.

        The finger comes from that corner: the kernel tells nobody of one that has not moved, and a
        compositor that is new does not know where it was.
        """
        self._move(0, 0)
        self._move(x, y)
        self._event("btn", button="left", down=True)
        time.sleep(_TOUCH_S)
        self._event("btn", button="left", down=False)

    def _move(self, x: int, y: int) -> None:
        for axis, at, all_ in (("x", x, WIDTH), ("y", y, HEIGHT)):
            self._event("abs", axis=axis, value=at * _FULL_SCALE // all_)

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


def _set_desktop_size(vnc: Path, width: int, height: int) -> None:
    """Ask qemu's VNC server for it: virtio-gpu is told of a screen of that size, or of none by 0.

    RFC 6143, 7.1 to 7.3, and the message SetDesktopSize of the RFB community's specification.
    """
    wait_for(vnc.exists, "qemu's VNC server is there")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_ANSWERS_IN_S)
        connection.connect(str(vnc))
        with connection.makefile("rwb") as server:

            def exchange(said: bytes, answer_bytes: int) -> bytes:
                server.write(said)
                server.flush()
                answer = server.read(answer_bytes)
                assert len(answer) == answer_bytes, "qemu's VNC server has hung up"
                return answer

            version = exchange(b"", 12)
            [kinds] = exchange(version, 1)
            exchange(b"", kinds)
            exchange(b"\x01", 4)  # no password
            *_, named = struct.unpack(">HH16sI", exchange(b"\x01", 24))  # others may look, too
            exchange(b"", named)
            wish = struct.pack(">BxHHBx", 251, width, height, 0)
            # The first byte of an answer to something else: then the wish was read.
            exchange(wish + struct.pack(">BBHHHH", 3, 0, 0, 0, 1, 1), 1)
