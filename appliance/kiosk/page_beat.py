"""Whether the page on the touch screen still lives: it says so every second.

A browser that hangs, or whose page has crashed, ends no process that systemd could start anew.
"""

import time
from collections.abc import Callable

from flask import Flask
from flask.typing import ResponseReturnValue

from appliance.kiosk.browser_watch import PATH
from web.security import public


def add_beat(app: Flask, monotonic_s: Callable[[], float] = time.monotonic) -> None:
    """Add where pages say that they live, and where somebody reads when one last did."""
    last_s: list[float] = []

    @public
    def beat() -> ResponseReturnValue:
        last_s[:] = [monotonic_s()]
        return "", 204

    @public
    def age() -> ResponseReturnValue:
        return {"age_s": monotonic_s() - last_s[0] if last_s else None}

    app.add_url_rule(f"{PATH}/halaman", "beat", beat)
    app.add_url_rule(PATH, "beat_age", age)
