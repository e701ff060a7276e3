"""A TCP proxy for MQTT 3.1.1 that loses, doubles, reorders, delays and slows what passes.

It understands packets just enough to fault whole PUBLISH messages: a lost one is acknowledged to
its sender, as a broker does that takes a message and then loses it. One thread, asyncio.
"""

import asyncio
import random
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Self

PUBLISH, PUBACK = 3, 4


@dataclass(slots=True)
class Faults:
    """What happens to messages; probabilities from 0 to 1, changed while it runs."""

    lose: float = 0.0
    double: float = 0.0
    swap: float = 0.0
    delay_s: float = 0.0
    bytes_per_s: float = 0.0
    """0 is no limit."""


class Proxy:
    """Listens on `port` and forwards to the first of `targets` that accepts."""

    def __init__(self, targets: list[int], *, seed: int = 1) -> None:
        self.faults = Faults()
        self.targets = targets
        self.sent: list[str] = []
        """Topics of what clients have published, in the order it came over the line."""
        self.port = 0
        self._chance = random.Random(seed)
        self._is_cut = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="proxy")
        self._ready = threading.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """Close every connection and take no new one."""
        self._is_cut = True
        self._loop.call_soon_threadsafe(self._drop_all)

    def heal(self) -> None:
        """Take connections again, without faults."""
        self._is_cut = False
        self.faults = Faults()

    def _drop_all(self) -> None:
        for task in self._tasks:
            task.cancel()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        self._drop_all()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if not self._is_cut:
                await self._join(reader, writer)
        except (OSError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await self._reach()
        try:
            both = [
                self._pump(reader, far_writer, writer),
                self._pump(far_reader, writer, far_writer),
            ]
            pumps = [asyncio.ensure_future(pump) for pump in both]
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in pumps:
                    pump.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)
        finally:
            far_writer.close()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        for port in self.targets:
            try:
                return await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                continue
        raise ConnectionRefusedError("no target accepts")

    async def _pump(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        back: asyncio.StreamWriter,
    ) -> None:
        held = b""
        async for packet in _packets(source):
            is_publish = packet[0] >> 4 == PUBLISH
            if is_publish:
                self.sent.append(_topic(packet))
            fate = self._chance.random() if is_publish else 1.0
            faults = self.faults
            if fate < faults.lose:
                back.write(_puback(packet))
                continue
            if fate < faults.lose + faults.swap and not held:
                held = packet
                continue
            copies = 2 if fate < faults.lose + faults.swap + faults.double else 1
            await self._pass(sink, packet * copies + held)
            held = b""

    async def _pass(self, sink: asyncio.StreamWriter, data: bytes) -> None:
        faults = self.faults
        if faults.bytes_per_s:
            await asyncio.sleep(len(data) / faults.bytes_per_s)
        if faults.delay_s:
            self._loop.call_later(faults.delay_s, _write, sink, data)
        else:
            _write(sink, data)
            await sink.drain()


def _write(sink: asyncio.StreamWriter, data: bytes) -> None:
    if not sink.is_closing():
        sink.write(data)


async def _packets(source: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Cut a stream into MQTT control packets (OASIS MQTT 3.1.1, section 2.2)."""
    while True:
        head = await source.readexactly(1)
        length = shift = 0
        while True:
            byte = await source.readexactly(1)
            head += byte
            length |= (byte[0] & 0x7F) << shift
            shift += 7
            if not byte[0] & 0x80:
                break
        yield head + await source.readexactly(length)


def _topic(publish: bytes) -> str:
    """The topic of a PUBLISH."""
    start = _body(publish)
    length = int.from_bytes(publish[start : start + 2], "big")
    return publish[start + 2 : start + 2 + length].decode()


def _puback(publish: bytes) -> bytes:
    """The PUBACK for a PUBLISH with QoS 1; nothing for QoS 0."""
    if not publish[0] & 0x06:
        return b""
    start = _body(publish) + 2 + len(_topic(publish).encode())
    return bytes([PUBACK << 4, 2]) + publish[start : start + 2]


def _body(packet: bytes) -> int:
    """Where the body of a packet begins: behind its type and its length."""
    return 1 + next(i for i, byte in enumerate(packet[1:5], start=1) if not byte & 0x80)
