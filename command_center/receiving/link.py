"""The city's end of the MQTT connection: subscribes what boxes send, publishes what they are told.

A thread of its own turns the connection. Does not know what the messages mean, and keeps none:
what must not be lost is in the database of one of the two ends.
"""

import logging
import threading
from collections.abc import Callable

from appliance.domain.city import topics
from command_center.signing import Sign, as_it_is
from mqtt_link.access import Access
from mqtt_link.connection import Connection
from mqtt_link.owner import Callbacks

log = logging.getLogger(__name__)

TURN_S = 0.5
LONGEST_RETRY_S = 30.0
CLOSE_WITHIN_S = 5.0


class Link:
    """A connection that is always trying to be up; `sign` is applied to all that leaves."""

    def __init__(self, where: Access, city: str, *, sign: Sign = as_it_is) -> None:
        self._sign = sign
        self._connection = Connection(
            where,
            Callbacks(
                on_up=self._up,
                on_down=_ignore,
                on_message=self._received,
            ),
            filters=topics.up_filters(city),
            longest_retry_s=LONGEST_RETRY_S,
        )
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_up(self) -> bool:
        """Whether the broker has accepted us, as far as we know."""
        return self._connection.is_up

    @property
    def failures(self) -> int:
        """Attempts in a row that did not lead to a lasting connection."""
        return self._connection.failures

    def start(self, *, on_message: Callable[[str, bytes], None], on_up: Callable[[], None]) -> None:
        """Begin connecting in the background; the broker need not be there yet.

        `on_message` and `on_up` are called in the connection's own thread.
        """
        self._on_message, self._on_up = on_message, on_up
        self._start_thread()

    def keep_alive(self) -> None:
        """Start the thread again should it have died; call this now and then."""
        if self._thread and not self._closing.is_set() and not self._thread.is_alive():
            log.error("network thread had died; started again")
            self._start_thread()

    def publish(self, topic: str, payload: bytes, qos: int) -> None:
        """Send if the link is up; what does not arrive is sent again by whoever needs it."""
        self._connection.publish(topic, self._sign(topic, payload), qos=qos)

    def close(self) -> None:
        """Disconnect cleanly; a broker that does not answer is left after a few seconds."""
        self._closing.set()
        self._connection.wake()
        if self._thread:
            self._thread.join(CLOSE_WITHIN_S)

    def _up(self) -> None:
        self._on_up()

    def _received(self, topic: str, payload: bytes) -> None:
        self._on_message(topic, payload)

    def _start_thread(self) -> None:
        self._thread = threading.Thread(target=self._turn, name="mqtt", daemon=True)
        self._thread.start()

    def _turn(self) -> None:
        while not self._closing.is_set():
            self._connection.run(TURN_S)
        self._connection.close()


def _ignore(_reason: str) -> None:
    """The connection has logged it; pages ask `is_up`."""
