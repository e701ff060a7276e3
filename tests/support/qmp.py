"""Commands to a running qemu: QMP (qemu's docs/interop/qmp-spec.rst)."""

import json
import socket
from pathlib import Path
from typing import Any, TextIO

_ANSWERS_IN_S = 120.0


class Refused(RuntimeError):
    """qemu did not do it; the text is why."""


class Qmp:
    """Give `options` to qemu, and command it once it runs, as often as it is started."""

    def __init__(self, path: Path) -> None:
        """`path`: where its socket will be."""
        self._path = path
        self.options = ("-qmp", f"unix:{path},server=on,wait=off")

    def do(self, command: str, /, **arguments: object) -> Any:
        """What the command returns; raises Refused."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_ANSWERS_IN_S)
            connection.connect(str(self._path))
            with connection.makefile("rw", encoding="utf-8") as line:
                line.readline()  # its greeting
                _ask(line, "qmp_capabilities", {})
                return _ask(line, command, arguments)


def _ask(line: TextIO, command: str, arguments: dict[str, object]) -> Any:
    line.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
    line.flush()
    while "event" in (said := json.loads(line.readline())):
        pass
    if "error" in said:
        raise Refused(f"{command}: {said['error']['desc']}")
    return said["return"]
