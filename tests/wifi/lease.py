"""Leases: udhcpc of busybox for DHCPv4, one Information-Request for DHCPv6 (RFC 8415, 18.2.6)."""

import os
import socket
import struct
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support.programs import needs
from tests.wifi.namespace import Namespace

CAPTIVE_PORTAL_4, CAPTIVE_PORTAL_6 = 114, 103
"""RFC 8910, sections 2.1 and 2.2."""
_SCRIPT = """#!/bin/sh
[ "$1" = bound ] || [ "$1" = renew ] || exit 0
ip address flush dev $interface scope global permanent
ip address replace $ip/$mask dev $interface
ip route replace default via $router
env > $LEASE
"""
_INFORMATION_REQUEST, _REPLY = 11, 7
_CLIENT_ID, _OPTION_REQUEST = 1, 6
_SERVERS_AND_RELAYS = "ff02::1:2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """What a DHCP server gave; `portal` is option 114, empty when it did not come."""

    address: str
    router: str
    resolvers: tuple[str, ...]
    lease_s: int
    portal: str
    ms: float


class NoLease(AssertionError):
    """No server answered."""


def take(client: Namespace, folder: Path, device: str, client_id: bytes = b"") -> Lease:
    """Run udhcpc once; it sets the address and the route. NoLease when nothing is offered.

    `client_id` is option 61; its own MAC if empty.
    """
    script, said = folder / "udhcpc.sh", folder / f"{client.name}.lease"
    script.write_text(_SCRIPT)
    script.chmod(0o755)
    said.unlink(missing_ok=True)
    start = time.perf_counter()
    options = ["-i", device, "-f", "-q", "-n", "-t", "3", "-T", "1", "-s", str(script)]
    if client_id:
        options += ["-x", f"0x3d:{client_id.hex()}"]
    subprocess.run(
        [*client.inside(), needs("udhcpc"), *options, "-O", str(CAPTIVE_PORTAL_4)],
        env={**os.environ, "LEASE": str(said)},
        check=False,
        capture_output=True,
    )
    ms = (time.perf_counter() - start) * 1000
    if not said.exists():
        raise NoLease(client.name)
    values = dict(line.split("=", 1) for line in said.read_text().splitlines() if "=" in line)
    return Lease(
        address=values["ip"],
        router=values["router"],
        resolvers=tuple(values.get("dns", "").split()),
        lease_s=int(values["lease"]),
        portal=bytes.fromhex(values.get("opt114", "")).decode(),
        ms=ms,
    )


def ask_over_ipv6(client: Namespace, device: str, mac: str) -> dict[int, bytes]:
    """The options of a DHCPv6 server's reply, by code; TimeoutError when none answers."""
    client_id = struct.pack("!HH", 3, 1) + bytes.fromhex(mac.replace(":", ""))
    asked = struct.pack("!H", CAPTIVE_PORTAL_6)
    message = bytes([_INFORMATION_REQUEST, 1, 2, 3])
    for code, value in ((_CLIENT_ID, client_id), (_OPTION_REQUEST, asked)):
        message += struct.pack("!HH", code, len(value)) + value
    with client.socket(socket.AF_INET6, socket.SOCK_DGRAM) as line:
        line.settimeout(2)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        line.bind(("::", 546))
        with client.entered():
            scope = socket.if_nametoindex(device)
        line.sendto(message, (_SERVERS_AND_RELAYS, 547, 0, scope))
        return _options(line.recv(2048))


def _options(message: bytes) -> dict[int, bytes]:
    assert message[0] == _REPLY
    found, place = {}, 4
    while place < len(message):
        code, length = struct.unpack("!HH", message[place : place + 4])
        found[code] = message[place + 4 : place + 4 + length]
        place += 4 + length
    return found
