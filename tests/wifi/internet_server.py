"""The Internet's web: answers probes as their real hosts do, serves bytes, echoes UDP on 443.

Run as `python -m tests.wifi.internet_server CERTIFICATE KEY` inside a namespace. Every answer bears
`Server: internet`, so that a test can tell it from the portal's.
"""

import asyncio
import itertools
import socket
import ssl
import sys

from tests.wifi.places import HOSTS, PROBES

PORTS_PLAIN, PORT_TLS, PORT_DOT, PORT_QUIC = (80, 8080), 443, 853, 443
_ANSWERS = {(probe.host, probe.path): (probe.status, probe.body) for probe in PROBES}
_CHUNK = b"s" * 10_000


async def serve(certificate: str, key: str) -> None:
    """Listen on every port, on both families, until the process is killed."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    for port in PORTS_PLAIN:
        await asyncio.start_server(talk, sock=listener(port))
    await asyncio.start_server(talk, sock=listener(PORT_TLS), ssl=tls)
    await asyncio.start_server(talk, sock=listener(PORT_DOT))
    loop = asyncio.get_running_loop()
    for address in itertools.chain.from_iterable(HOSTS.values()):
        await loop.create_datagram_endpoint(Echo, local_addr=(address, PORT_QUIC))
    print("ready", flush=True)
    await asyncio.Event().wait()


def listener(port: int) -> socket.socket:
    return socket.create_server(
        ("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=512
    )


async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer requests on one connection until the client leaves."""
    try:
        while await answer(reader, writer):
            await writer.drain()
    except (OSError, asyncio.IncompleteReadError, ValueError):
        pass
    finally:
        writer.close()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    method, path, _ = head.split("\r\n", 1)[0].split(" ")
    fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    await reader.readexactly(int(fields.get("content-length", "0")))
    host = fields.get("host", "").split(":")[0]
    if path == "/stream":
        return await stream(writer)
    status, body = _ANSWERS.get((host, path)) or other(host, path)
    length = b"" if status == 204 else f"Content-Length: {len(body)}\r\n".encode()
    writer.write(f"HTTP/1.1 {status} -\r\nServer: internet\r\n".encode() + length + b"\r\n")
    if method != "HEAD":
        writer.write(body)
    return True


def other(host: str, path: str) -> tuple[int, bytes]:
    if path.startswith("/bytes/"):
        return 200, b"x" * int(path.split("/")[2])
    if path == "/generate_204":
        return 204, b""
    return 200, f"internet {host} {path}".encode()


async def stream(writer: asyncio.StreamWriter) -> bool:
    """200 kB/s for ever."""
    writer.write(b"HTTP/1.1 200 -\r\nServer: internet\r\nConnection: close\r\n\r\n")
    for _ in itertools.count():
        writer.write(_CHUNK)
        await writer.drain()
        await asyncio.sleep(0.05)
    return False


class Echo(asyncio.DatagramProtocol):
    """Sends each datagram back to its sender."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple) -> None:
        self._transport.sendto(data, addr)


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
