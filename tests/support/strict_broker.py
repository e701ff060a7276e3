"""A broker that does on command what real ones do at the worst moment.

It speaks as much MQTT 3.1.1 as a box does, throws out who has more than 20 QoS 1 messages without
PUBACK, and can play the city by acknowledging every batch.
"""

import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from appliance.domain.city import topics, wire
from appliance.domain.city.topics import Leaf, Topic
from tests.support.packets import (
    CONNECT,
    DISCONNECT,
    PINGREQ,
    PUBLISH,
    SUBSCRIBE,
    cut,
    publish,
    published,
)

RECEIVE_MAXIMUM = 20
PUBACK_AFTER_S = 0.05


class StrictBroker:
    """One thread per connection; what happened is in its attributes."""

    def __init__(self, *, kicks: bool = False, drops: bool = False, port: int = 0) -> None:
        self.kicks, self.drops = kicks, drops
        self.refuses_subscriptions = False
        self.connections: list[float] = []
        self.most_unacknowledged = 0
        self.taken = 0
        """Messages received, dropped ones too."""
        self.thrown_out = 0
        self.stored: list[str] = []
        self._upto: dict[tuple[str, str], int] = {}
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = []
        self._is_open = True
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """End every connection."""
        self._is_open = False
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._sockets:
            sock.close()

    def _accept(self) -> None:
        while self._is_open:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self._sockets.append(sock)
            self.connections.append(time.monotonic())
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        due: deque[tuple[float, bytes]] = deque()
        sock.settimeout(0.01)
        buffer = b""
        try:
            while self._is_open:
                while due and due[0][0] <= time.monotonic():
                    sock.sendall(b"\x40\x02" + due.popleft()[1])
                try:
                    data = sock.recv(65536)
                except TimeoutError:
                    continue
                if not data:
                    return
                buffer += data
                while (packet := cut(buffer)) is not None:
                    kind, flags, body, buffer = packet
                    if not self._handle(sock, kind, flags, body, due):
                        return
        except OSError:
            return
        finally:
            sock.close()

    def _handle(
        self,
        sock: socket.socket,
        kind: int,
        flags: int,
        body: bytes,
        due: "deque[tuple[float, bytes]]",
    ) -> bool:
        if kind == CONNECT:
            sock.sendall(b"\x20\x02\x00\x00")
            return not self.kicks
        if kind == SUBSCRIBE:
            answer = b"\x80" if self.refuses_subscriptions else b"\x01"
            sock.sendall(b"\x90\x03" + body[:2] + answer)
        if kind == PINGREQ:
            sock.sendall(b"\xd0\x00")
        if kind == PUBLISH:
            return self._publish(sock, flags, body, due)
        return kind != DISCONNECT

    def _publish(
        self, sock: socket.socket, flags: int, body: bytes, due: "deque[tuple[float, bytes]]"
    ) -> bool:
        topic, mid, payload = published(flags, body)
        self.taken += 1
        if mid:
            due.append((time.monotonic() + PUBACK_AFTER_S, mid.to_bytes(2, "big")))
            self.most_unacknowledged = max(self.most_unacknowledged, len(due))
            if len(due) > RECEIVE_MAXIMUM:
                self.thrown_out += 1
                return False
        if not self.drops:
            self.stored.append(topic)
            self._answer_as_the_city(sock, topic, payload)
        return True

    def _answer_as_the_city(self, sock: socket.socket, topic: str, payload: bytes) -> None:
        parsed = topics.parse(topic)
        if parsed.leaf is not Leaf.UP_EVENTS:
            return
        batch = wire.decode(payload, wire.Batch)
        key = (batch.epoch, batch.lane)
        upto = self._upto.get(key, 0)
        is_gap = batch.first > upto + 1
        if not is_gap:
            upto = max(upto, batch.first + len(batch.events) - 1)
            self._upto[key] = upto
        ack = wire.Ack(
            epoch=batch.epoch,
            lane=batch.lane,
            upto=upto,
            want=upto + 1 if is_gap else None,
            session=batch.session,
        )
        sock.sendall(publish(str(Topic(parsed.site, Leaf.DOWN_ACK)), wire.encode(ack)))

    def committed(self) -> int:
        """How many events the city has, over all lanes."""
        return sum(self._upto.values())


@contextmanager
def a_strict_broker(
    *, kicks: bool = False, drops: bool = False, port: int = 0
) -> Iterator[StrictBroker]:
    """A broker that lives while the block does, on any free port unless told which."""
    made = StrictBroker(kicks=kicks, drops=drops, port=port)
    try:
        yield made
    finally:
        made.close()
