"""Whether people are busy with an app's pages: a moment without anybody sending something."""

import time
from collections.abc import Callable

from flask import Flask, request


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
