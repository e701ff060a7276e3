"""The box's own Link, turned by a thread, with everything it says written down."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from appliance.domain.city.topics import Lane, Leaf
from appliance.domain.ids import SiteCode
from appliance.runtime.broker_settings import Sync
from mqtt_link.access import Access
from sync_agent.link import Link
from tests.conftest import SITE


class BoxLink:
    """A running link; `on_message` and others may be replaced by a test."""

    def __init__(self, sync: Sync, site: SiteCode = SITE, *, boot: str = "b", n: int = 1) -> None:
        self.reasons: list[str] = []
        self.alarms: list[str] = []
        self.messages: list[tuple[str, bytes]] = []
        self.ups = 0
        self.is_up = False
        self._stop = threading.Event()
        self._numbers = iter(range(n, 10**9))
        self.link = Link(
            sync,
            site,
            boot_id=boot,
            connection_number=lambda: next(self._numbers),
            on_up=self._up,
            on_down=self._down,
            on_message=self._message,
            on_alarm=self.alarms.append,
        )
        self._thread = threading.Thread(target=self._turn)

    @property
    def code(self) -> str:
        """The kind of the latest trouble."""
        return self.reasons[-1].partition(":")[0] if self.reasons else ""

    @property
    def is_served(self) -> bool:
        """Whether the broker has answered the subscription of this connection."""
        session = self.link._connection._session
        return session is not None and session.was_served

    def publish(self, payload: bytes) -> None:
        """Send something on the lane of complaints."""
        self.link.publish(Leaf.UP_EVENTS, payload, qos=1, lane=Lane.COMPLAINTS)

    def start(self) -> None:
        """Begin connecting."""
        self._thread.start()

    def stop(self) -> None:
        """Say goodbye."""
        self._stop.set()
        self._thread.join()

    def _turn(self) -> None:
        while not self._stop.is_set():
            self.link.run(0.05)
        self.link.close()

    def _up(self) -> None:
        self.ups, self.is_up = self.ups + 1, True

    def _down(self, reason: str) -> None:
        self.is_up = False
        self.reasons.append(reason)

    def offer(self, leaf: Leaf, payload: bytes) -> None:
        """Send on any topic of the box."""
        self.link.publish(leaf, payload, qos=1)

    def _message(self, topic: str, payload: bytes) -> None:
        self.messages.append((topic, payload))


@contextmanager
def a_link(
    where: Sync | Access, site: SiteCode = SITE, *, boot: str = "b", n: int = 1
) -> Iterator[BoxLink]:
    """A link that runs while the block does."""
    made = BoxLink(where if isinstance(where, Sync) else _settings(where), site, boot=boot, n=n)
    made.start()
    try:
        yield made
    finally:
        made.stop()


def _settings(where: Access) -> Sync:
    return Sync(
        broker=where.host,
        port=where.port,
        client_id=where.client_id,
        username=where.username,
        password_file=where.password_file,
        tls_ca=where.tls_ca,
        tls_cert=where.tls_cert,
        tls_key=where.tls_key,
    )
