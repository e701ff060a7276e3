"""Who asks the machine's servers for pages: a phone on the WiFi, or something on the box itself."""

import re
import socket
from urllib.parse import urlencode

from tests.nspawn.machine import PORTAL, Machine
from tests.wifi.http import Answer, Connection
from tests.wifi.namespace import entered

_FORM = "Content-Type: application/x-www-form-urlencoded"
_NUMBER = re.compile(rb'name="submission_id" value="([^"]+)"')
_PATIENCE_S = 20.0


def page_for_phone(machine: Machine, path: str, **form: str) -> Answer:
    """Ask the portal through nginx, from the WiFi."""
    with machine.outside.entered():
        line = socket.create_connection((PORTAL, 80), timeout=_PATIENCE_S)
    return _asked(line, path, form)


def page_on_box(machine: Machine, port: int, path: str, **form: str) -> Answer:
    """Ask a server of the machine from the machine itself."""
    with entered(machine.network):
        line = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_S)
    return _asked(line, path, form, host=f"127.0.0.1:{port}")


def complain(machine: Machine, text: str) -> str:
    """Submit a complaint as a phone does; the address of its ticket."""
    number = _NUMBER.search(page_for_phone(machine, "/lapor").body)
    assert number is not None
    fields = {"submission_id": number[1].decode(), "kind": "pengaduan", "text": text}
    return page_for_phone(machine, "/lapor", **fields, kelurahan="").location


def _asked(
    line: socket.socket, path: str, form: dict[str, str], *, host: str = "posko.lan"
) -> Answer:
    with line:
        if not form:
            return Connection(line).ask(path, host)
        body = urlencode(form).encode()
        return Connection(line).ask(path, host, _FORM, method="POST", body=body)
