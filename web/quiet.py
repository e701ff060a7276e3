"""Whether people are busy with an app's pages."""

import time
from collections.abc import Callable

from flask import Flask, request

_FIRST_S = 60.0


def quiet_pages(
    app: Flask, for_s: float, monotonic_s: Callable[[], float] = time.monotonic
) -> Callable[[], bool]:
    """What tells whether nobody has sent anything for so long."""
    return _silent(app, for_s, monotonic_s, float("-inf"), lambda: request.method == "POST")


def idle_pages(
    app: Flask, for_s: float, monotonic_s: Callable[[], float] = time.monotonic
) -> Callable[[], bool]:
    """What tells whether nobody has asked for any page for so long; a minute counts as long where
    nobody ever has."""
    began_s = monotonic_s() - max(for_s - _FIRST_S, 0.0)
    return _silent(app, for_s, monotonic_s, began_s, lambda: True)


def _silent(
    app: Flask,
    for_s: float,
    monotonic_s: Callable[[], float],
    began_s: float,
    counts: Callable[[], bool],
) -> Callable[[], bool]:
    last_s = began_s

    def touch() -> None:
        nonlocal last_s
        if counts():
            last_s = monotonic_s()

    app.before_request(touch)
    return lambda: monotonic_s() - last_s >= for_s
