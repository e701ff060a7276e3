"""A serial line: bytes take their time, one after another."""

_BITS_PER_BYTE = 10


class Wire:
    """Holds what has been said and not yet arrived."""

    def __init__(self) -> None:
        self._queue = bytearray()
        self._free_at = 0.0

    def carry(self, data: bytes, now: float, baud: int) -> bytes:
        """Take what is said at `now`; return what has arrived by then."""
        if not self._queue:
            self._free_at = max(self._free_at, now)
        self._queue += data
        if not baud:
            count = len(self._queue)
        else:
            count = min(len(self._queue), int((now - self._free_at) * baud / _BITS_PER_BYTE))
            self._free_at += count * _BITS_PER_BYTE / baud
        arrived = bytes(self._queue[:count])
        del self._queue[:count]
        return arrived

    def call_at(self, baud: int) -> float | None:
        """When the next byte arrives."""
        return self._free_at + _BITS_PER_BYTE / baud if self._queue and baud else None

    def clear(self) -> None:
        """Lose what is on its way."""
        self._queue.clear()
