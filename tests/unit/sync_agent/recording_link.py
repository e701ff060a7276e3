"""An agent whose link only remembers."""

import threading
from collections.abc import Callable

from appliance.domain.blobs import ChunkPlace
from appliance.domain.city import wire
from appliance.domain.city.topics import Lane, Leaf
from sync_agent.agent import Agent

Message = wire.Batch | wire.Ack | wire.Hello
MESSAGES: dict[Leaf, type[Message]] = {
    Leaf.UP_EVENTS: wire.Batch,
    Leaf.UP_ACK: wire.Ack,
    Leaf.UP_HELLO: wire.Hello,
}


class RecordingLink:
    """An uplink that only remembers what it was told to send."""

    def __init__(self) -> None:
        self.sent: list[tuple[Leaf, Message]] = []
        self.turns: list[Callable[[], None]] = []
        self.stop = threading.Event()
        self.is_closed = False
        self.has_room = True

    def run(self, timeout_s: float) -> None:
        if self.turns:
            self.turns.pop(0)()
        else:
            self.stop.set()

    def publish(
        self,
        leaf: Leaf,
        payload: bytes,
        *,
        qos: int,
        lane: Lane | None = None,
        chunk: ChunkPlace | None = None,
    ) -> None:
        assert len(payload) <= wire.MESSAGE_MAX_BYTES
        self.sent.append((leaf, wire.decode(payload, MESSAGES[leaf])))

    def close(self) -> None:
        self.is_closed = True

    def of(self, leaf: Leaf) -> list[Message]:
        return [message for sent_leaf, message in self.sent if sent_leaf is leaf]


class Stopwatch:
    """Monotonic seconds that tests set."""

    now_s = 1.0


def run(agent: Agent, link: RecordingLink, *turns: Callable[[], None]) -> None:
    link.turns = list(turns)
    link.stop.clear()
    agent.run(link.stop)
