"""The simulated modem on a pseudo terminal, with a control socket: one thread, one select loop.

    python -m tests.sim.modem_pty --link /tmp/modem --control /tmp/modem.sock

Holds one end of the terminal itself, so that killing the program at the other end changes nothing
on the SIM or in the air. SIGTERM ends it.
"""

import argparse
import contextlib
import errno
import json
import os
import selectors
import signal
import socket
import sys
import time
import tty
from pathlib import Path

from tests.sim import operations, state
from tests.sim.modem import ModemSim
from tests.sim.personalities import DEFAULT, PERSONALITIES
from tests.sim.traits import Sim

MAX_REQUEST_BYTES = 64 * 1024
# A listing of all slots of a large memory, twice; a real port drops bytes as well.
MAX_UNREAD_BYTES = 256 * 1024
_IDLE_S = 0.1
_FULL_S = 0.002


class ModemPty:
    """A modem, its cable, and who controls both."""

    def __init__(self, modem: ModemSim, link: Path, control: Path, memory: Path | None) -> None:
        self.modem = modem
        self._link = link
        self._control = control
        self._memory = memory
        self._saved = ""
        self._selector = selectors.DefaultSelector()
        self._master: int | None = None
        self._slave: int | None = None
        self._slave_path = ""
        self._is_stopping = False
        self._unread = bytearray()

    def run(self) -> None:
        """Serve until `stop`."""
        if self._memory:
            state.load(self.modem, self._memory)
        self._control.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(self._control))
        listener.listen(8)
        listener.setblocking(False)
        self._selector.register(listener, selectors.EVENT_READ, self._accept)
        self.plug()
        try:
            while not self._is_stopping:
                self._turn()
        finally:
            self.unplug()
            for key in list(self._selector.get_map().values()):
                key.fileobj.close()
            self._selector.close()
            self._control.unlink(missing_ok=True)

    def stop(self, *_: object) -> None:
        """End the loop after this turn."""
        self._is_stopping = True

    def _turn(self) -> None:
        call_at = self.modem.call_at
        wait_s = _IDLE_S if call_at is None else min(_IDLE_S, call_at - time.monotonic())
        if self._unread:
            wait_s = min(wait_s, _FULL_S)
        for key, _ in self._selector.select(max(0.0, wait_s)):
            key.data(key.fileobj)
        self._exchange(b"")
        if self._memory and (text := state.dump(self.modem)) != self._saved:
            self._saved = text
            state.save(self._memory, text)

    # The cable

    def plug(self, link: str = "") -> None:
        """Appear as a terminal behind the link, or behind another one."""
        if self._master is not None:
            return
        if link:
            self._link = Path(link)
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._slave_path = os.ttyname(self._slave)
        draft = self._link.with_name(self._link.name + ".new")
        draft.unlink(missing_ok=True)
        draft.symlink_to(self._slave_path)
        draft.replace(self._link)
        self._selector.register(self._master, selectors.EVENT_READ, self._read)

    def unplug(self) -> None:
        """Vanish: whoever has the terminal open reads an error."""
        if self._master is None:
            return
        self._link.unlink(missing_ok=True)
        self._selector.unregister(self._master)
        os.close(self._master)
        self._master = None
        self._release()

    def hang_port(self) -> None:
        """Let go of our own end: the next error on reading tells that the client closed its."""
        self._release()

    def _release(self) -> None:
        if self._slave is not None:
            os.close(self._slave)
            self._slave = None

    def _read(self, master: int) -> None:
        try:
            data = os.read(master, 4096)
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            self._slave = os.open(self._slave_path, os.O_RDWR | os.O_NOCTTY)
            self.modem.reopened()
            return
        self._exchange(data)

    def _exchange(self, data: bytes) -> None:
        self._unread += self.modem.update(time.monotonic(), data)
        if self._master is None or len(self._unread) > MAX_UNREAD_BYTES:
            self._unread.clear()
        # A terminal takes 4 KiB at a time; the rest waits until somebody reads.
        with contextlib.suppress(BlockingIOError):
            while self._unread:
                del self._unread[: os.write(self._master, self._unread)]

    # The control socket

    def _accept(self, listener: socket.socket) -> None:
        client, _ = listener.accept()
        client.setblocking(False)
        received = bytearray()
        self._selector.register(
            client, selectors.EVENT_READ, lambda peer: self._hear(peer, received)
        )

    def _hear(self, client: socket.socket, received: bytearray) -> None:
        try:
            data = client.recv(4096)
        except OSError:
            data = b""
        received += data
        while data and b"\n" in received:
            line, _, rest = bytes(received).partition(b"\n")
            received[:] = rest
            answer = json.dumps(self._answer(line)).encode() + b"\n"
            client.setblocking(True)
            client.sendall(answer)
            client.setblocking(False)
        if not data or len(received) > MAX_REQUEST_BYTES:
            self._selector.unregister(client)
            client.close()

    def _answer(self, line: bytes) -> dict:
        try:
            return operations.perform(self.modem, self, json.loads(line))
        except (KeyError, ValueError, TypeError) as error:
            return {"ok": False, "error": f"{type(error).__name__}: {error}"}


def main() -> int:
    """Run one modem until SIGTERM."""
    parser = argparse.ArgumentParser(description="A simulated GSM modem on a pseudo terminal.")
    parser.add_argument("--link", type=Path, required=True, help="symlink to the terminal")
    parser.add_argument("--control", type=Path, required=True, help="Unix socket for requests")
    parser.add_argument("--state", type=Path, help="file that keeps the SIM and the deliveries")
    parser.add_argument("--capacity", type=int, default=20, help="slots per memory")
    parser.add_argument("--pin", default="", help="PIN of the SIM")
    parser.add_argument("--imsi", default=Sim.imsi, help="whose operator the SIM is of")
    parser.add_argument(
        "--vendor",
        default=DEFAULT,
        help=f"one of {', '.join(PERSONALITIES)}, or what the modem calls itself",
    )
    args = parser.parse_args()
    modem = ModemSim(
        sim=Sim(capacity=args.capacity, pin=args.pin, imsi=args.imsi), vendor=args.vendor
    )
    server = ModemPty(modem, args.link, args.control, args.state)
    signal.signal(signal.SIGTERM, server.stop)
    signal.signal(signal.SIGINT, server.stop)
    server.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
