"""The box's end of the MQTT connection: its topics, its birth and last will, its alarms.

Runs in the agent's thread. An MQTT 3.1.1 broker that forbids us to write says PUBACK and drops the
message, so the only sign of it, and of a command center that does not run, is a silent city.
"""

import time
from collections.abc import Callable, Sequence

from appliance.domain.blobs import ChunkPlace
from appliance.domain.city import topics, wire
from appliance.domain.city.topics import Lane, Leaf, Topic
from appliance.domain.ids import SiteCode
from appliance.runtime.broker_settings import Sync
from mqtt_link import access
from mqtt_link.connection import Connection
from mqtt_link.owner import Callbacks
from mqtt_link.waker import HasFileno

WINDOW = 20
"""QoS 1 messages without PUBACK; brokers throw out who sends more than they can receive."""
UNANSWERED_S = 45.0
_ASKING = (Leaf.UP_HELLO, Leaf.UP_EVENTS)
"""What the city answers as soon as it has it."""


class Link:
    """A connection to the city's broker that is always trying to be up."""

    def __init__(
        self,
        settings: Sync,
        site: SiteCode,
        *,
        boot_id: str,
        connection_number: Callable[[], int],
        on_up: Callable[[], None],
        on_down: Callable[[str], None],
        on_message: Callable[[str, bytes], None],
        on_alarm: Callable[[str], None],
        software: str = "",
        wakes: Sequence[HasFileno] = (),
    ) -> None:
        """`software` is the release that the city shows; `wakes` end the wait of `run`."""
        self._site, self._boot_id, self._software = site, boot_id, software
        self._connection_number = connection_number
        self._number = 0
        self._on_up, self._on_message = on_up, on_message
        self._asked: set[int] = set()
        self._unanswered_since_s: float | None = None
        self._connection = Connection(
            access.of_settings("sync", settings, client_id=site.site),
            Callbacks(
                on_up=self._greet,
                on_down=on_down,
                on_message=self._received,
                on_alarm=on_alarm,
                on_stored=self._stored,
            ),
            filters=topics.down_filters(site),
            last_will=self._last_will,
            window=WINDOW,
            wakes=wakes,
        )

    @property
    def has_room(self) -> bool:
        """Whether the broker may be sent another batch before it has taken an earlier one."""
        return self._connection.has_room

    def run(self, timeout_s: float) -> None:
        """Do what the network has for us, for at most about `timeout_s`."""
        self._connection.run(timeout_s)
        since_s = self._unanswered_since_s
        if since_s is not None and time.monotonic() - since_s > UNANSWERED_S:
            self._connection.alarm(
                "unanswered",
                "the broker takes our messages but the city never answers: either the command "
                "center does not run, or the broker's ACL forbids this box to write",
            )

    def publish(
        self,
        leaf: Leaf,
        payload: bytes,
        *,
        qos: int,
        lane: Lane | None = None,
        chunk: ChunkPlace | None = None,
    ) -> None:
        """Send a payload on this box's own topic; what does not arrive is sent again later."""
        topic = str(Topic(self._site, leaf, lane, chunk))
        mid = self._connection.publish(topic, payload, qos=qos)
        if mid is not None and leaf in _ASKING:
            self._asked.add(mid)

    def close(self) -> None:
        """Say goodbye: the city learns at once that this box went down on purpose."""
        self._connection.publish(self._conn_topic, self._conn(on=False), qos=1, retain=True)
        self._connection.close()

    def _greet(self) -> None:
        self._asked.clear()
        self._unanswered_since_s = None
        self._connection.publish(self._conn_topic, self._conn(on=True), qos=1, retain=True)
        self._on_up()

    def _received(self, topic: str, payload: bytes) -> None:
        self._unanswered_since_s = None
        self._connection.alarm("unanswered", "")
        self._on_message(topic, payload)

    def _stored(self, mid: int) -> None:
        if mid in self._asked:
            self._asked.discard(mid)
            if self._unanswered_since_s is None:
                self._unanswered_since_s = time.monotonic()

    def _last_will(self) -> tuple[str, bytes]:
        self._number = self._connection_number()
        return self._conn_topic, self._conn(on=False)

    @property
    def _conn_topic(self) -> str:
        return str(Topic(self._site, Leaf.STATE_CONN))

    def _conn(self, *, on: bool) -> bytes:
        conn = wire.Conn(on=on, boot=self._boot_id, n=self._number, sw=self._software)
        return wire.encode(conn)
