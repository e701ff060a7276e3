"""A USB port of the machine, into which sticks are put and out of which they are pulled at once.

Speaks QMP (qemu's docs/interop/qmp-spec.rst). A stick is a file of the host.
"""

import json
import socket
from pathlib import Path
from typing import TextIO

from tests.support.waiting import wait_for

_ID, _PACE = "stick", "pace"
_ANSWERS_IN_S = 60.0


class UsbPort:
    """Give `options` to the machine, and use it once that runs."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "qmp"
        self.is_taken = False
        self.options = (
            *("-device", "qemu-xhci", "-qmp", f"unix:{self._socket},server=on,wait=off"),
            *("-object", f"throttle-group,id={_PACE}"),
        )

    def plug(self, stick: Path) -> None:
        """Put it in."""
        file = {"driver": "raw", "file": {"driver": "file", "filename": str(stick)}}
        node = {"driver": "throttle", "node-name": _ID, "throttle-group": _PACE, "file": file}
        self._do("blockdev-add", **node)
        self._do("device_add", driver="usb-storage", id=_ID, drive=_ID, removable=True)
        self.is_taken = True

    def pull(self) -> None:
        """Pull it out, whoever uses it; what it has not been given is not on it."""
        self._do("device_del", id=_ID)
        wait_for(self._is_let_go, "qemu lets the stick go")
        self.is_taken = False

    def slow_down(self, bytes_a_second: int) -> None:
        """How much goes over the line; 0: as much as likes to."""
        limits = {"bps-total": bytes_a_second}
        self._do("qom-set", path=f"/objects/{_PACE}", property="limits", value=limits)

    def _is_let_go(self) -> bool:
        return "error" not in self._said("blockdev-del", {"node-name": _ID})

    def _do(self, command: str, **arguments: object) -> None:
        answer = self._said(command, arguments)
        assert "error" not in answer, f"{command}: {answer}"

    def _said(self, command: str, arguments: dict[str, object]) -> dict[str, object]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_ANSWERS_IN_S)
            connection.connect(str(self._socket))
            with connection.makefile("rw", encoding="utf-8") as line:
                line.readline()  # its greeting
                for name, given in (("qmp_capabilities", {}), (command, arguments)):
                    line.write(json.dumps({"execute": name, "arguments": given}) + "\n")
                    line.flush()
                    answer = _answer(line)
        return answer


def _answer(line: TextIO) -> dict[str, object]:
    """The next that is not an event."""
    while "event" in (said := json.loads(line.readline())):
        pass
    return said
