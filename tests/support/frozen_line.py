"""A line in a process of its own that a test may freeze: it takes bytes and passes none on."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_PROGRAM = """
import selectors, socket, sys
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
poll = selectors.DefaultSelector()
poll.register(listener, selectors.EVENT_READ)
while True:
    for key, _ in poll.select():
        if key.fileobj is listener:
            near, _ = listener.accept()
            far = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
            poll.register(near, selectors.EVENT_READ, far)
            poll.register(far, selectors.EVENT_READ, near)
            continue
        try:
            data = key.fileobj.recv(65536)
            key.data.sendall(data)
        except OSError:
            data = b""
        if not data:
            for end in (key.fileobj, key.data):
                if end.fileno() >= 0 and end in poll.get_map():
                    poll.unregister(end)
                end.close()
"""


class Line:
    """Listens on `port` and passes everything on, unless frozen."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout
        self._process = process
        self.port = int(process.stdout.readline())

    def freeze(self) -> None:
        """Go silent; the kernel goes on acknowledging bytes, as a half-open link does."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on."""
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def a_line(port: int) -> Iterator[Line]:
    """A line to a local port."""
    command = [sys.executable, "-c", _PROGRAM, str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Line(process)
        finally:
            process.kill()
