"""The captive portal API (RFC 8908): what a phone's system asks before and beside any browser."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response
from flask.typing import ResponseReturnValue

from appliance.actions.wifi import wifi_sessions as wifi
from appliance.domain.moment import Moment
from appliance.domain.wifi import capport
from appliance.domain.wifi import sessions as rules
from appliance.runtime.settings import Settings
from captive_portal.visitors import Visitors
from web.database import db
from web.security import public


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptiveApi:
    """One resource; every device gets its own state, whatever it accepts."""

    settings: Settings
    visitors: Visitors
    now: Callable[[], Moment]

    def add(self, app: Flask) -> None:
        """Register it."""
        app.add_url_rule(capport.API_PATH, "captive", self.state)

    @public
    def state(self) -> ResponseReturnValue:
        """`captive` and where to go; what is left, where it is limited."""
        response = Response(json.dumps(self._state()), mimetype=capport.MEDIA_TYPE)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def _state(self) -> dict[str, Any]:
        url = self.settings.portal.url
        portal = capport.secure_url(url) if self.settings.wifi.tls_cert else url
        state: dict[str, Any] = {
            "captive": True,
            "user-portal-url": f"{portal}/",
            "venue-info-url": f"{portal}/",
            "can-extend-session": False,
        }
        device, now = self.visitors.present(), self.now()
        live = wifi.live_of(db(), device)
        if device is None or live is None or not live.is_open:
            return state
        left_s, left_bytes = rules.remaining_s(live, now), rules.remaining_bytes(live)
        if left_s < 1 or left_bytes == 0:
            return state
        state |= {
            "captive": False,
            "can-extend-session": wifi.can_extend(db(), device, live, now),
            "seconds-remaining": left_s,
        }
        if left_bytes is not None:
            state["bytes-remaining"] = left_bytes
        return state
