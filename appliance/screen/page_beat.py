"""Whether the page on the touch screen still lives: it says so every second.

A browser that hangs, or whose page has crashed, ends no process that systemd could start anew. A
page that somebody has open elsewhere in the office tells nothing of the screen's.
"""

import socket
import time
from collections.abc import Callable

from flask import Flask, request
from flask.typing import ResponseReturnValue

from appliance.screen.browser_watch import PATH
from web.security import public


def add_beat(app: Flask, monotonic_s: Callable[[], float] = time.monotonic) -> None:
    """Add where pages say that they live, and where somebody reads when one last did."""
    last_s: list[float] = []

    @public
    def beat() -> ResponseReturnValue:
        if _is_here(request.remote_addr or ""):
            last_s[:] = [monotonic_s()]
        return "", 204

    @public
    def age() -> ResponseReturnValue:
        return {"age_s": monotonic_s() - last_s[0] if last_s else None}

    app.add_url_rule(f"{PATH}/halaman", "beat", beat)
    app.add_url_rule(PATH, "beat_age", age)


def _is_here(address: str) -> bool:
    """Whether an IP address is one of this machine's: only those can be bound."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as trial:
        try:
            trial.bind((address, 0))
        except OSError:
            return False
    return True
