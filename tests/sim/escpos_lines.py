"""The simulated printer on a network port, or on a pseudo terminal; one thread each."""

import os
import socket
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.sim.escpos import EscposPrinter

_READ_BYTES = 512


class Cable:
    """What a test may do to the line, and what it may wait for."""

    def __init__(self, printer: EscposPrinter) -> None:
        self.printer = printer
        self.received = 0
        self.is_connected = False
        self.cut_after: int | None = None
        """The line goes dead after so many bytes of one connection."""
        self.on_bytes: Callable[[int], None] = lambda _count: None
        """Called with the number of bytes so far, before the printer sees the newest."""
        self._end = threading.Event()

    def take(self, data: bytes) -> bytes:
        """Hand bytes to the printer, as the test wants it."""
        self.received += len(data)
        self.on_bytes(self.received)
        return self.printer.update(data)

    def is_cut(self, count: int) -> bool:
        """Whether a connection of so many bytes is dead by now."""
        return self.cut_after is not None and count >= self.cut_after

    def wait_while_hung(self) -> None:
        """Read nothing while the printer hangs."""
        while self.printer.is_hung and not self._end.wait(0.01):
            pass


@contextmanager
def on_network(printer: EscposPrinter) -> Iterator[tuple[Cable, str]]:
    """Serve the printer on a port of this machine; yields its cable and HOST:PORT."""
    cable = Cable(printer)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(listener, cable))
    thread.start()
    try:
        yield cable, f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        cable._end.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _serve(listener: socket.socket, cable: Cable) -> None:
    while not cable._end.is_set():
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, suppress(OSError):
            connection.settimeout(0.05)
            cable.is_connected = True
            try:
                _talk(connection, cable)
            finally:
                cable.is_connected = False


def _talk(connection: socket.socket, cable: Cable) -> None:
    count = 0
    while not cable._end.is_set():
        cable.wait_while_hung()
        try:
            data = connection.recv(_READ_BYTES)
        except TimeoutError:
            continue
        if not data:
            return
        count += len(data)
        if answer := cable.take(data):
            connection.sendall(answer)
        if cable.is_cut(count):
            return


@contextmanager
def on_terminal(printer: EscposPrinter, link: Path) -> Iterator[Cable]:
    """Serve the printer on a pseudo terminal behind `link`."""
    cable = Cable(printer)
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    link.symlink_to(os.ttyname(slave))
    thread = threading.Thread(target=_listen, args=(master, cable))
    thread.start()
    try:
        yield cable
    finally:
        cable._end.set()
        thread.join()
        os.close(master)
        os.close(slave)


def _listen(master: int, cable: Cable) -> None:
    count = 0
    while not cable._end.wait(0.002):
        cable.wait_while_hung()
        with suppress(BlockingIOError):
            data = os.read(master, _READ_BYTES)
            count += len(data)
            if answer := cable.take(data):
                os.write(master, answer)
        if cable.is_cut(count):
            return
