"""MQTT 3.1.1 control packets as bytes, as far as brokers and clients of tests need them."""

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PINGREQ, DISCONNECT = 1, 2, 3, 4, 8, 9, 12, 14
_CLEAN, _WILL, _WILL_QOS_1, _WILL_RETAIN = 0x02, 0x04, 0x08, 0x20
_QOS_1, _RETAIN = 0x02, 0x01
PING = bytes([PINGREQ << 4, 0])


def packet(head: int, body: bytes) -> bytes:
    """The first byte, the length of the body, the body (section 2.2)."""
    length, digits = len(body), b""
    while True:
        length, digit = divmod(length, 128)
        digits += bytes([digit | (0x80 if length else 0)])
        if not length:
            return bytes([head]) + digits + body


def cut(buffer: bytes) -> tuple[int, int, bytes, bytes] | None:
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


def connect(client_id: str, will: tuple[str, bytes], keepalive_s: int) -> bytes:
    """CONNECT with a clean session and a retained last will of QoS 1."""
    flags = _CLEAN | _WILL | _WILL_QOS_1 | _WILL_RETAIN
    head = _text(b"MQTT") + bytes([4, flags]) + keepalive_s.to_bytes(2, "big")
    topic, payload = will
    return packet(
        CONNECT << 4, head + _text(client_id.encode()) + _text(topic.encode()) + _text(payload)
    )


def subscribe(mid: int, topic_filter: str) -> bytes:
    """SUBSCRIBE to one filter with QoS 0."""
    return packet(
        SUBSCRIBE << 4 | 0x02, mid.to_bytes(2, "big") + _text(topic_filter.encode()) + b"\0"
    )


def publish(topic: str, payload: bytes, *, mid: int = 0, retain: bool = False) -> bytes:
    """PUBLISH, with QoS 1 if there is a `mid`."""
    flags = (_QOS_1 if mid else 0) | (_RETAIN if retain else 0)
    number = mid.to_bytes(2, "big") if mid else b""
    return packet(PUBLISH << 4 | flags, _text(topic.encode()) + number + payload)


def published(flags: int, body: bytes) -> tuple[str, int, bytes]:
    """What a PUBLISH holds: topic, id (0 with QoS 0) and payload."""
    end = 2 + int.from_bytes(body[:2], "big")
    topic, rest = body[2:end].decode(), body[end:]
    if not flags & 0x06:
        return topic, 0, rest
    return topic, int.from_bytes(rest[:2], "big"), rest[2:]


def _text(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data
