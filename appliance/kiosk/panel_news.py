"""What pages learn of the panel: presses of the start button, and whether help is called.

Kept in memory: a page compares with what stood in it. One page at a time waits here, since each
takes a thread of the server; whoever asks next sends the one before away.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Condition

WAIT_S = 25.0
"""Below the 30 s after which proxies and browsers give up."""


@dataclass(frozen=True, slots=True)
class News:
    """What a page shows of the panel."""

    starts: int = 0
    is_help_called: bool = False

    def __str__(self) -> str:
        return f"{self.starts}-{self.is_help_called:d}"


class PanelNews:
    """Shared by the panel's thread and the pages."""

    def __init__(self, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_s = monotonic_s
        self._changed = Condition()
        self._newest_wait = 0
        self.now = News()
        self.touched_at_s = monotonic_s()
        """When somebody last gave a sign of life."""

    def touched(self) -> None:
        """Somebody is there."""
        self.touched_at_s = self._monotonic_s()

    @property
    def idle_s(self) -> float:
        """For how long nobody has been."""
        return self._monotonic_s() - self.touched_at_s

    def started(self) -> None:
        """The start button was pressed."""
        self.touched()
        self._set(replace(self.now, starts=self.now.starts + 1))

    def help_is_called(self, is_called: bool) -> None:
        """An officer is called, or has come."""
        self._set(replace(self.now, is_help_called=is_called))

    def after(self, seen: str, wait_s: float = WAIT_S) -> News:
        """Return the news as soon as they are others than a page has seen, or after a while."""
        with self._changed:
            self._newest_wait += 1
            mine = self._newest_wait
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: str(self.now) != seen or mine != self._newest_wait, timeout=wait_s
            )
            return self.now

    def _set(self, news: News) -> None:
        with self._changed:
            self.now = news
            self._changed.notify_all()
