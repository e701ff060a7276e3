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


class Known:
    """Of the page, and of the browsers that were to show it; pure."""

    def __init__(self) -> None:
        self.last_s: float | None = None
        """When a page last said that it lives."""
        self.vain = 0
        """Browsers in a row, before the one that is watched, that never had such a page."""
        self._browser, self._has_lived = "", True

    def beaten(self, now_s: float) -> None:
        """A page has said so."""
        self.last_s, self._has_lived = now_s, True

    def watched(self, browser: str) -> None:
        """Somebody beside this browser asks."""
        if browser != self._browser:
            self.vain = 0 if self._has_lived else self.vain + 1
            self._browser, self._has_lived = browser, False


def add_beat(app: Flask, monotonic_s: Callable[[], float] = time.monotonic) -> None:
    """Add where pages say that they live, and where somebody reads when one last did."""
    known = Known()

    @public
    def beat() -> ResponseReturnValue:
        if _is_here(request.remote_addr or ""):
            known.beaten(monotonic_s())
        return "", 204

    @public
    def age() -> ResponseReturnValue:
        browser = request.args.get("browser")
        if browser and _is_here(request.remote_addr or ""):
            known.watched(browser)
        last_s = known.last_s
        return {"age_s": None if last_s is None else monotonic_s() - last_s, "vain": known.vain}

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
