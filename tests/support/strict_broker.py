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

from appliance.domain import topics, wire
from appliance.domain.topics import Leaf, Topic

RECEIVE_MAXIMUM = 20
PUBACK_AFTER_S = 0.05
_CONNECT, _PUBLISH, _SUBSCRIBE, _PINGREQ, _DISCONNECT = 1, 3, 8, 12, 14


class StrictBroker:
    """One thread per connection; what happened is in its attributes."""

    def __init__(self, *, kicks: bool = False, drops: bool = False) -> None:
        self.kicks, self.drops = kicks, drops
        self.connections: list[float] = []
        self.most_unacknowledged = 0
        self.thrown_out = 0
        self.stored: list[str] = []
        self._upto: dict[tuple[str, str], int] = {}
        self._listener = socket.create_server(("127.0.0.1", 0))
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
                while (packet := _cut(buffer)) is not None:
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
        if kind == _CONNECT:
            sock.sendall(b"\x20\x02\x00\x00")
            return not self.kicks
        if kind == _SUBSCRIBE:
            sock.sendall(b"\x90\x03" + body[:2] + b"\x01")
        if kind == _PINGREQ:
            sock.sendall(b"\xd0\x00")
        if kind == _PUBLISH:
            return self._publish(sock, flags, body, due)
        return kind != _DISCONNECT

    def _publish(
        self, sock: socket.socket, flags: int, body: bytes, due: "deque[tuple[float, bytes]]"
    ) -> bool:
        end = 2 + int.from_bytes(body[:2], "big")
        topic, payload = body[2:end].decode(), body[end:]
        if flags & 0x06:
            due.append((time.monotonic() + PUBACK_AFTER_S, payload[:2]))
            payload = payload[2:]
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
        name = str(Topic(parsed.site, Leaf.DOWN_ACK)).encode()
        sock.sendall(_packet(0x30, len(name).to_bytes(2, "big") + name + wire.encode(ack)))

    def committed(self) -> int:
        """How many events the city has, over all lanes."""
        return sum(self._upto.values())


def _packet(head: int, body: bytes) -> bytes:
    length, digits = len(body), b""
    while True:
        length, digit = divmod(length, 128)
        digits += bytes([digit | (0x80 if length else 0)])
        if not length:
            return bytes([head]) + digits + body


def _cut(buffer: bytes) -> tuple[int, int, bytes, bytes] | None:
    """The first packet: kind, flags, body, and what follows; None while it is incomplete."""
    length = 0
    for place in range(1, min(len(buffer), 5)):
        length |= (buffer[place] & 0x7F) << 7 * (place - 1)
        if not buffer[place] & 0x80:
            end = place + 1 + length
            if len(buffer) < end:
                return None
            return buffer[0] >> 4, buffer[0] & 0x0F, buffer[place + 1 : end], buffer[end:]
    return None


@contextmanager
def a_strict_broker(*, kicks: bool = False, drops: bool = False) -> Iterator[StrictBroker]:
    """A broker that lives while the block does."""
    made = StrictBroker(kicks=kicks, drops=drops)
    try:
        yield made
    finally:
        made.close()
