"""A connection to the broker that is always trying to be up.

It knows connecting, back-off, credentials and what to call a trouble. It queues nothing: what must
not be lost is in the database of one of the two ends. All its work is done inside `run`, in the
thread that calls it; no exception of a callback leaves it, for a dead network thread is a deaf box.
"""

import logging
import os
import random
import select
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import paho.mqtt.client as mqtt

from mqtt_link import access, fault
from mqtt_link.access import Access, AccessError, Credentials
from mqtt_link.backoff import LASTING_S, Backoff
from mqtt_link.certificate import Validity, validity
from mqtt_link.client import CONNECT_TIMEOUT_S, new_client, topic_of
from mqtt_link.fault import Code, Fault

log = logging.getLogger(__name__)

LOOK_AT_FILES_S = 10.0
CLONE_OVER_S = 180.0
"""The alarm of a copied card ends when a connection has lived this long."""
GOODBYE_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Callbacks:
    """What the owner of a connection hears of it, in the thread that calls `run`."""

    on_up: Callable[[], None]
    on_down: Callable[[Fault], None]
    """The link is down for this reason; called once for each reason."""
    on_message: Callable[[str, bytes], None]
    on_alarm: Callable[[str], None]
    """Something needs a technician although the link may be up; empty when all is well."""
    on_stored: Callable[[int], None] = lambda _mid: None
    """The broker has taken the QoS 1 message of this id (PUBACK)."""


class Connection:
    """One client id at one broker."""

    def __init__(
        self,
        where: Access,
        callbacks: Callbacks,
        *,
        filters: Sequence[str],
        last_will: Callable[[], tuple[str, bytes] | None] = lambda: None,
        window: int | None = None,
        longest_retry_s: float = 60.0,
    ) -> None:
        self._where, self._callbacks = where, callbacks
        self._filters, self._last_will, self._window = filters, last_will, window
        self._backoff = Backoff(longest_retry_s)
        self._client: mqtt.Client | None = None
        self._credentials: Credentials | None = None
        self._seen_files = b""
        self._look_at_files_at_s = 0.0
        self._retry_at_s = 0.0
        self._up_since_s: float | None = None
        self._told, self._is_silence, self._refusal = "", False, ""
        self._flying: list[mqtt.MQTTMessageInfo] = []
        self._alarms: dict[str, str] = {}
        self._waker = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self.fault: Fault | None = None
        self.failed_callbacks = 0

    @property
    def is_up(self) -> bool:
        """Whether the broker has accepted us, as far as we know."""
        return self._up_since_s is not None

    @property
    def failures(self) -> int:
        """Failures in a row since the last connection that lasted."""
        return self._backoff.failures

    @property
    def has_room(self) -> bool:
        """Whether the window of messages without PUBACK has room for another."""
        if self._window is None:
            return True
        self._flying = [info for info in self._flying if not info.is_published()]
        return len(self._flying) < self._window

    def run(self, timeout_s: float) -> None:
        """Do what the network has for us, for at most about `timeout_s`."""
        try:
            if self._client is None:
                self._connect_when_due(timeout_s)
            else:
                self._turn(self._client, timeout_s)
        except Exception:
            log.exception("the connection broke in a way nobody foresaw; making it anew")
            self._lost(Fault(Code.BUG, "an error in the program; see the log"), is_kick=False)

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool = False) -> int | None:
        """Send if the link is up and the window open; returns the message's id (any thread)."""
        client = self._client
        if client is None or not self.is_up or (qos and not self.has_room):
            return None
        info = client.publish(topic, payload, qos=qos, retain=retain)
        if info.rc != mqtt.MQTT_ERR_SUCCESS:
            return None
        if qos and self._window is not None:
            self._flying.append(info)
        self.wake()
        return info.mid

    def alarm(self, name: str, words: str) -> None:
        """State a trouble of this name, or with empty words its end."""
        if self._alarms.get(name, "") == words:
            return
        if words:
            log.error("uplink needs a technician: %s", words)
            self._alarms[name] = words
        else:
            log.info("no longer: %s", self._alarms.pop(name))
        self._guarded(self._callbacks.on_alarm, "; ".join(self._alarms.values()))

    def wake(self) -> None:
        """Let `run` return early or look at what is to be written (any thread)."""
        os.eventfd_write(self._waker, 1)

    def close(self) -> None:
        """Say goodbye; a broker that does not listen is left after a few seconds."""
        self._up_since_s = None
        self._say_goodbye()

    def _connect_when_due(self, timeout_s: float) -> None:
        wait_s = self._retry_at_s - time.monotonic()
        if wait_s > 0:
            self._wait(None, min(wait_s, timeout_s))
            return
        self._told, self._is_silence, self._refusal, self._flying = "", False, "", []
        try:
            client = self._new_client(self._read_files())
            client.connect(self._where.host, self._where.port, keepalive=self._keepalive_s)
        except AccessError as error:
            self._failed(error.fault)
        except (OSError, ValueError) as error:
            self._failed(self._name(error))
        else:
            self._client = client

    def _read_files(self) -> Credentials:
        """The credentials in the files, or the last good ones while the files are broken."""
        self._seen_files = access.fingerprint(self._where)
        self._look_at_files_at_s = time.monotonic() + LOOK_AT_FILES_S
        try:
            self._credentials = access.load(self._where, _now())
        except AccessError as error:
            if self._credentials is None:
                raise
            self.alarm("files", f"{error}; the old ones stay in use")
        else:
            self.alarm("files", "")
        return self._credentials
