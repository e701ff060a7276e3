"""Where boxes that have nothing but a code are given their credential: one address, one message.

It may lie behind any proxy: what travels is sealed with a code (`appliance.domain.city.enrolment`).
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime

import msgspec
from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine

from appliance.domain.city import enrolment
from appliance.domain.city.enrolment import Envelope
from appliance.domain.errors import PoskoError
from command_center.fleet import enrolling
from command_center.fleet.enrolling import Refusal
from command_center.fleet.office import Office
from web.clients import counted_as, subscriber
from web.security import accepts_body, keyed, public

log = logging.getLogger(__name__)

PER_ADDRESS, PER_MINUTE = 10, 600
_STATUS: dict[str, int] = {
    Refusal.UNKNOWN: 404,
    Refusal.WRONG: 403,
    Refusal.USED: 409,
    "off": 404,
    "busy": 429,
    "broken": 500,
}


class Pace:
    """How many may ask within a minute, from one address and in all; for many threads."""

    def __init__(self, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_s, self._lock = monotonic_s, threading.Lock()
        self._recent: deque[tuple[float, str]] = deque()

    def allows(self, address: str) -> bool:
        """Whether this one may; what is refused does not count."""
        with self._lock:
            return self._allows(address)

    def _allows(self, address: str) -> bool:
        now_s = self._monotonic_s()
        while self._recent and self._recent[0][0] <= now_s - 60:
            self._recent.popleft()
        of_address = sum(other == address for _, other in self._recent)
        if len(self._recent) >= PER_MINUTE or of_address >= PER_ADDRESS:
            return False
        self._recent.append((now_s, address))
        return True


class Endpoint:
    """The view, with what it needs at hand."""

    def __init__(
        self, engine: Engine, office: Office, now: Callable[[], datetime], pace: Pace
    ) -> None:
        self._engine, self._office, self._now, self._pace = engine, office, now, pace

    @public
    @keyed
    @accepts_body(enrolment.MESSAGE_MAX_BYTES)
    def enrol(self) -> ResponseReturnValue:
        """Answer a box; whoever asks too often is told so before anything is read."""
        if not self._office.can_enrol:
            return _refused("off")
        if not self._pace.allows(subscriber(counted_as(request.remote_addr) or "")):
            return _refused("busy")
        try:
            envelope = msgspec.json.decode(request.get_data(), type=Envelope)
            answer = enrolling.redeem(self._engine, self._office, envelope, self._now())
        except msgspec.DecodeError:
            return _refused("message")
        except PoskoError as error:
            log.error("a box cannot be enrolled: %s", error)
            return _refused("broken")
        if isinstance(answer, Refusal):
            return _refused(answer)
        return Response(msgspec.json.encode(answer), mimetype="application/json")


def add(app: Flask, engine: Engine, office: Office, now: Callable[[], datetime]) -> None:
    """Open the address."""
    view = Endpoint(engine, office, now, Pace())
    app.add_url_rule(enrolment.PATH, "enrol", view.enrol, methods=["POST"])


def _refused(error: str) -> Response:
    body = msgspec.json.encode({"error": error})
    return Response(body, status=_STATUS.get(error, 400), mimetype="application/json")
