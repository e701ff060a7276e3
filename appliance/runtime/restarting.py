"""A daemon ends itself when the city has changed what it reads, so that systemd starts it anew.

It ends as at SIGTERM, in a quiet moment of its own, and not at the same time as the others.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

from appliance.runtime import city_layer, settings
from appliance.runtime.settings import ConfigError, Settings

log = logging.getLogger(__name__)

READS: dict[str, tuple[str, ...]] = {
    "posko-portal": ("portal", "wifi"),
    "posko-gate": ("wifi",),
    "posko-modem": ("modem",),
    "posko-kiosk": ("kiosk",),
    "posko-desk": ("archive",),
}
"""Which sections that the city may touch each daemon reads; they end in this order."""
APART_S = 5.0
LOOK_S = 1.0


class Follower:
    """Looks at the city's layer; calls `end` once, when it says something else to this daemon."""

    def __init__(
        self,
        program: str,
        config: Path,
        loaded: Settings,
        *,
        is_quiet: Callable[[], bool],
        end: Callable[[], None],
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._program, self._config, self._loaded = program, config, loaded
        self._is_quiet, self._end, self._monotonic_s = is_quiet, end, monotonic_s
        self._seen: object = None
        self._end_at_s: float | None = None

    def look(self) -> None:
        """One look."""
        if (there := _identity(city_layer.path_of(self._loaded.store.path))) != self._seen:
            self._seen = there
            later_s = APART_S * list(READS).index(self._program)
            self._end_at_s = self._monotonic_s() + later_s if self._is_news() else None
        if self._end_at_s is not None and self._monotonic_s() >= self._end_at_s:
            self._end_if_quiet()

    def _end_if_quiet(self) -> None:
        if self._is_quiet():
            self._end_at_s = None
            log.info(
                "the city has changed its settings; ending to start anew program=%s", self._program
            )
            self._end()

    def _is_news(self) -> bool:
        try:
            fresh = settings.load(self._config)
        except ConfigError:
            return False
        return any(
            getattr(fresh, section) != getattr(self._loaded, section)
            for section in READS[self._program]
        )


def follow(
    program: str, config: Path, loaded: Settings, is_quiet: Callable[[], bool] = lambda: True
) -> None:
    """Follow the city's settings until the process ends."""

    def end() -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    follower = Follower(program, config, loaded, is_quiet=is_quiet, end=end)

    def run() -> None:
        while True:
            follower.look()
            time.sleep(LOOK_S)

    threading.Thread(target=run, name="settings", daemon=True).start()


def _identity(path: Path) -> object:
    try:
        found = path.stat()
    except OSError:
        return "absent"
    return found.st_ino, found.st_mtime_ns, found.st_size
