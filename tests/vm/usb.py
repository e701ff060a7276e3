"""A USB port of the machine, into which sticks are put and out of which they are pulled at once.

A stick is a file of the host.
"""

from pathlib import Path

from tests.support.qmp import Qmp, Refused
from tests.support.waiting import wait_for

_ID, _PACE = "stick", "pace"


class UsbPort:
    """Give `options` to the machine, and use it once that runs."""

    def __init__(self, folder: Path) -> None:
        self._qemu = Qmp(folder / "qmp")
        self.is_taken = False
        self.options = (
            *("-device", "qemu-xhci", "-object", f"throttle-group,id={_PACE}"),
            *self._qemu.options,
        )

    def plug(self, stick: Path) -> None:
        """Put it in."""
        file = {"driver": "raw", "file": {"driver": "file", "filename": str(stick)}}
        node = {"driver": "throttle", "node-name": _ID, "throttle-group": _PACE, "file": file}
        self._qemu.do("blockdev-add", **node)
        self._qemu.do("device_add", driver="usb-storage", id=_ID, drive=_ID, removable=True)
        self.is_taken = True

    def pull(self) -> None:
        """Pull it out, whoever uses it; what it has not been given is not on it."""
        self._qemu.do("device_del", id=_ID)
        wait_for(self._is_let_go, "qemu lets the stick go")
        self.is_taken = False

    def slow_down(self, bytes_a_second: int) -> None:
        """How much goes over the line; 0: as much as likes to."""
        limits = {"bps-total": bytes_a_second}
        self._qemu.do("qom-set", path=f"/objects/{_PACE}", property="limits", value=limits)

    def _is_let_go(self) -> bool:
        try:
            self._qemu.do("blockdev-del", **{"node-name": _ID})
        except Refused:
            return False
        return True
