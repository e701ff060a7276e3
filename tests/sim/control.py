"""Talks to a running `tests.sim.modem_pty`: for tests, the demo and curious people."""

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path

_TIMEOUT_S = 5.0
_POLL_S = 0.02


class ModemControl:
    """One request per call, one connection per request."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def call(self, op: str, **values: object) -> dict:
        """Send a request; return the answer or raise ValueError with its error."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
            peer.settimeout(_TIMEOUT_S)
            peer.connect(str(self._path))
            peer.sendall(json.dumps({"op": op, **values}).encode() + b"\n")
            with peer.makefile("rb") as lines:
                answer = json.loads(lines.readline() or b"{}")
        if answer.get("ok") is False:
            raise ValueError(answer["error"])
        return answer

    def sms(self, sender: str, text: str, **options: object) -> None:
        """Let a citizen send a text to the box."""
        self.call("sms", **{"from": sender, "text": text, **options})

    def delivered(self) -> list[dict]:
        """Texts that reached people: `to`, `text` and `parts` each."""
        return self.call("delivered")["delivered"]

    def fault(self, **faults: object) -> None:
        """Set fields of `tests.sim.traits.Faults`."""
        self.call("fault", **faults)

    def audit(self) -> dict:
        """Slots in use, waiting messages, and what was done to the modem."""
        return self.call("audit")

    def wait_until_up(self, limit_s: float = 10.0) -> None:
        """Return when the simulator answers."""
        self.wait_for(self._is_up, limit_s=limit_s)

    def _is_up(self) -> bool:
        try:
            self.audit()
        except OSError:
            return False
        return True

    @staticmethod
    def wait_for(condition: Callable[[], object], *, limit_s: float = 10.0) -> None:
        """Poll until the condition holds; TimeoutError after `limit_s`."""
        deadline = time.monotonic() + limit_s
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError("the condition did not come true")
            time.sleep(_POLL_S)
