"""As little of a portal as the gate needs before it: 302 to the portal, and a page at its own name.

Run as `python -m tests.wifi.redirector HOST` inside a namespace.
"""

import asyncio
import contextlib
import socket
import sys


async def serve(host: str) -> None:
    """Answer on port 80 of every address until the process is killed."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            while True:
                writer.write(answer(await reader.readuntil(b"\r\n\r\n"), host))
                await writer.drain()
        writer.close()

    line = socket.create_server(("::", 80), family=socket.AF_INET6, dualstack_ipv6=True)
    await asyncio.start_server(talk, sock=line)
    print("ready", flush=True)
    await asyncio.Event().wait()


def answer(request: bytes, host: str) -> bytes:
    """The page for the portal's own name, its address for any other."""
    status = b"200 OK"
    if f"Host: {host}\r\n".encode() not in request:
        status = f"302 Found\r\nLocation: http://{host}/\r\nCache-Control: no-store".encode()
    body = b"" if request.startswith(b"HEAD") else b"portal"
    return b"HTTP/1.1 " + status + b"\r\nContent-Length: 6\r\n\r\n" + body


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
