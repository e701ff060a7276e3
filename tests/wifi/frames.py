"""Frames made by hand, for what no honest network stack sends; and reading those that arrive."""

import socket
import struct
from dataclasses import dataclass

ETH_IP, ETH_ARP, ETH_IP6 = 0x0800, 0x0806, 0x86DD
EVERYONE = "ff:ff:ff:ff:ff:ff"
ICMP, TCP, UDP, GRE, ICMP6, SCTP = 1, 6, 17, 47, 58, 132
_PROTOCOLS = {ICMP: "icmp", TCP: "tcp", UDP: "udp", GRE: "gre", ICMP6: "icmp6", SCTP: "sctp"}
_ARP_REPLY = 2
_ROUTER_ADVERTISEMENT, _NEIGHBOUR_ADVERTISEMENT = 134, 136
_CAPTIVE_PORTAL = 37
"""RFC 8910, section 2.3."""
_SOLICITED_OVERRIDE = 0x60000000


def mac_bytes(mac: str) -> bytes:
    return bytes.fromhex(mac.replace(":", ""))


def ethernet(to: str, sender: str, kind: int, payload: bytes) -> bytes:
    """A frame."""
    return mac_bytes(to) + mac_bytes(sender) + struct.pack("!H", kind) + payload


def arp_claim(mac: str, address: str) -> bytes:
    """Tells everybody that this address is ours (gratuitous ARP, RFC 5227)."""
    ours = mac_bytes(mac) + socket.inet_aton(address)
    body = struct.pack("!HHBBH", 1, ETH_IP, 6, 4, _ARP_REPLY) + ours
    return ethernet(EVERYONE, mac, ETH_ARP, body + mac_bytes(EVERYONE) + socket.inet_aton(address))


def ipv4(source: str, target: str, protocol: int, payload: bytes, *, fragment: int = 0) -> bytes:
    """A packet; `fragment` is its offset and flags as in the header."""
    addresses = socket.inet_aton(source) + socket.inet_aton(target)
    length = 20 + len(payload)
    head = struct.pack("!BBHHHBBH", 0x45, 0, length, 7, fragment, 64, protocol, 0) + addresses
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def ipv6(source: str, target: str, protocol: int, payload: bytes) -> bytes:
    """A packet with hop limit 255, as neighbour discovery demands."""
    addresses = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(
        socket.AF_INET6, target
    )
    if protocol == ICMP6:
        pseudo = addresses + struct.pack("!II", len(payload), ICMP6)
        payload = payload[:2] + struct.pack("!H", checksum(pseudo + payload)) + payload[4:]
    return struct.pack("!IHBB", 6 << 28, len(payload), protocol, 255) + addresses + payload


def udp4(source: str, target: str, port: int, data: bytes, *, sport: int = 40000) -> bytes:
    """A UDP packet without a checksum."""
    head = struct.pack("!HHHH", sport, port, 8 + len(data), 0)
    return ipv4(source, target, UDP, head + data)


def neighbour_claim(mac: str, link_local: str, address: str) -> bytes:
    """Tells every node that this address is ours (unsolicited advertisement, RFC 4861, 4.4)."""
    body = struct.pack("!BBHI", _NEIGHBOUR_ADVERTISEMENT, 0, 0, _SOLICITED_OVERRIDE)
    body += socket.inet_pton(socket.AF_INET6, address) + b"\2\1" + mac_bytes(mac)
    packet = ipv6(link_local, "ff02::1", ICMP6, body)
    return ethernet("33:33:00:00:00:01", mac, ETH_IP6, packet)


def router_claim(mac: str, link_local: str, prefix: str) -> bytes:
    """A rogue's router advertisement for a prefix of 64 bits (RFC 4861, 4.2)."""
    body = struct.pack("!BBHBBHII", _ROUTER_ADVERTISEMENT, 0, 0, 64, 0, 1800, 0, 0)
    body += struct.pack("!BBBBIII", 3, 4, 64, 0xC0, 86400, 14400, 0)
    body += socket.inet_pton(socket.AF_INET6, prefix)
    return ethernet("33:33:00:00:00:01", mac, ETH_IP6, ipv6(link_local, "ff02::1", ICMP6, body))


def portal_of(advertisement: bytes) -> str | None:
    """The captive-portal URI of a router advertisement (an ICMPv6 message); None: it has none."""
    place = 16
    while place + 2 <= len(advertisement):
        kind, length = advertisement[place], advertisement[place + 1] * 8
        if kind == _CAPTIVE_PORTAL:
            return advertisement[place + 2 : place + length].rstrip(b"\0").decode()
        place += max(length, 8)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """What arrived: `port` is that of the target, 0 where the protocol has none."""

    source: str
    target: str
    protocol: str
    port: int


def read(frame: bytes) -> Packet | None:
    """Take a frame of IPv4 or IPv6 apart; None for anything else."""
    (kind,) = struct.unpack("!H", frame[12:14])
    if kind == ETH_IP:
        start, number, family = 14 + (frame[14] & 15) * 4, frame[23], socket.AF_INET
        source, target = frame[26:30], frame[30:34]
    elif kind == ETH_IP6:
        start, number, family = 54, frame[20], socket.AF_INET6
        source, target = frame[22:38], frame[38:54]
    else:
        return None
    port = int.from_bytes(frame[start + 2 : start + 4], "big") if number in (TCP, UDP) else 0
    return Packet(
        source=socket.inet_ntop(family, source),
        target=socket.inet_ntop(family, target),
        protocol=_PROTOCOLS.get(number, str(number)),
        port=port,
    )


def checksum(data: bytes) -> int:
    """The Internet's (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF
