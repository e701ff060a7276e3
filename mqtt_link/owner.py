"""Telling the owner of a connection what happens to it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec

log = logging.getLogger(__name__)
P = ParamSpec("P")


@dataclass(frozen=True, slots=True, kw_only=True)
class Callbacks:
    """What the owner hears, in the thread that calls `Connection.run`."""

    on_up: Callable[[], None]
    on_down: Callable[[str], None]
    """The link is down for this reason, told once; the reason begins with its `fault.Code`."""
    on_message: Callable[[str, bytes], None]
    on_alarm: Callable[[str], None] = lambda _words: None
    """Somebody should act although the link may be up; empty words when all is well again."""
    on_stored: Callable[[int], None] = lambda _mid: None
    """The broker has taken the QoS 1 message of this id (PUBACK)."""


class Owner:
    """The callbacks, called so that none of them can end the link, and the alarms in force."""

    def __init__(self, callbacks: Callbacks) -> None:
        self._callbacks = callbacks
        self._alarms: dict[str, str] = {}
        self.failed_callbacks = 0

    def up(self) -> bool:
        """The broker has accepted us; False when the owner could not do its part."""
        return self._tell(self._callbacks.on_up)

    def down(self, reason: str) -> None:
        """The link is down, or down for another reason than before."""
        self._tell(self._callbacks.on_down, reason)

    def received(self, topic: str, payload: bytes) -> None:
        """A message has come."""
        self._tell(self._callbacks.on_message, topic, payload)

    def stored(self, mid: int) -> None:
        """The broker has taken a message."""
        self._tell(self._callbacks.on_stored, mid)

    def alarm(self, name: str, words: str) -> None:
        """State a trouble of this name or, with empty words, its end."""
        if self._alarms.get(name, "") == words:
            return
        if words:
            log.error("link needs a technician: %s", words)
            self._alarms[name] = words
        else:
            log.info("no more: %s", self._alarms.pop(name))
        self._tell(self._callbacks.on_alarm, "; ".join(self._alarms.values()))

    def _tell(self, callback: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> bool:
        try:
            callback(*args, **kwargs)
        except Exception:
            self.failed_callbacks += 1
            log.exception("a callback of the link failed count=%s", self.failed_callbacks)
            return False
        return True
