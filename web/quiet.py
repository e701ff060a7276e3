"""Whether people are busy with an app's pages."""

import time
from collections.abc import Callable

from flask import Flask, request

_FIRST_S = 60.0


def quiet_pages(
    app: Flask, for_s: float, monotonic_s: Callable[[], float] = time.monotonic
) -> Callable[[], bool]:
    """What tells whether nobody has sent anything for so long."""
    last_s = [float("-inf")]

    def touch() -> None:
        if request.method == "POST":
            last_s[0] = monotonic_s()

    app.before_request(touch)
    return lambda: monotonic_s() - last_s[0] >= for_s


def idle_pages(
    app: Flask, for_s: float, monotonic_s: Callable[[], float] = time.monotonic
) -> Callable[[], bool]:
    """What tells whether nobody has asked for any page for so long; a minute counts as long where
    nobody ever has."""
    last_s = [monotonic_s() - max(for_s - _FIRST_S, 0.0)]

    def touch() -> None:
        last_s[0] = monotonic_s()

    app.before_request(touch)
    return lambda: monotonic_s() - last_s[0] >= for_s
