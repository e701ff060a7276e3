"""How often strangers may ask for pages, so that nobody takes them from the others.

Counted by address in this process; staff who are logged in, static files, this machine and boxes
that enrol (which have a limit of their own) are not counted.
"""

import time
from collections.abc import Callable

from flask import Flask, Response, abort, g, request

from web.clients import counted_as, subscriber
from web.security import is_keyed
from web.throttle import Throttle

PER_MINUTE = 100
"""A browser that opens every public page, or a client of Open311 that asks every second."""
WINDOW_S = 60.0


class Limits:
    """What the threads of the pages share."""

    def __init__(self, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._throttle, self._monotonic_s = Throttle(PER_MINUTE, WINDOW_S), monotonic_s

    def install(self, app: Flask) -> None:
        """Count what comes to `app`; what the gate turns away it has to count itself."""
        app.before_request(self._count_strangers)
        app.after_request(_say_when)

    def count(self) -> None:
        """Refuse what is too often with 429 and when to come back."""
        client = counted_as(request.remote_addr)
        if wait_s := self._throttle.take(client and subscriber(client), self._monotonic_s()):
            g.wait_s = wait_s
            abort(429)

    def _count_strangers(self) -> None:
        is_static = (request.endpoint or "").endswith("static")
        if not is_static and not is_keyed(request) and g.get("account") is None:
            self.count()


def _say_when(response: Response) -> Response:
    if "wait_s" in g:
        response.headers["Retry-After"] = str(g.wait_s)
    return response
