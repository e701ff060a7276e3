"""`make bench-portal`: Posko against Debian's openNDS, in like namespaces, one after the other.

Load comes from ApacheBench inside a client's namespace: every request on a connection of its own,
as phones ask. A click is all that a person must do until the Internet itself answers a probe.
"""

import re
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from bench.opennds import OpenNds
from bench.pss import pss_kib
from bench.sms_table import show
from tests.support.programs import needs
from tests.support.waiting import wait_for
from tests.wifi.client import Client
from tests.wifi.hotspot import PORTAL_HOST, PROBE, Hotspot, is_online
from tests.wifi.lab import Lab, a_lab
from tests.wifi.places import WWW

CLIENTS = 12
_LOAD_S = 6
_AGENT = "User-Agent: Mozilla/5.0 (Linux; Android 14)"


class Peer(Protocol):
    """A captive portal on the lab's box."""

    name: str
    landing: str
    """The address of its first page."""

    def __init__(self, lab: Lab) -> None: ...

    def start(self) -> None: ...

    def click(self, client: Client) -> None: ...

    def restart(self) -> None: ...

    def programs(self) -> list[int]: ...


class Posko:
    """Gate, portal, nginx and both dnsmasq."""

    name = "Posko"
    landing = f"http://{PORTAL_HOST}/"

    def __init__(self, lab: Lab) -> None:
        self._lab, self._hotspot = lab, Hotspot(lab, zone="max_sessions = 250")

    def start(self) -> None:
        """Start it with its zones."""
        self._hotspot.start()

    def click(self, client: Client) -> None:
        """One tap on the landing page, and the page that follows."""
        answer = client.get(f"{self.landing}wifi/sambung", _AGENT, method="POST")
        client.get(f"{self.landing.rstrip('/')}{answer.location}", _AGENT)

    def restart(self) -> None:
        """Kill everything, and start it again."""
        for name in ("gate", "portal", "nginx", "dnsmasq", "dnsmasq-offline"):
            self._lab.box.programs[name].kill()
        self._hotspot.start()

    def programs(self) -> list[int]:
        """The portal's processes: gate and pages, and nginx with its workers."""
        names = ("gate", "portal", "nginx")
        return [self._lab.box.programs[name].pid for name in names]


def rows(peers: Sequence[type[Peer]], folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Measure one peer after the other; a row for each figure."""
    measured = [measure(peer, folder) for peer in peers]
    for name in measured[0]:
        yield name, [figures[name] for figures in measured]


def measure(kind: type[Peer], folder: Path) -> dict[str, str]:
    """All figures of one peer on a lab of its own."""
    with _running(kind, folder) as (lab, peer):
        phone = lab.client()
        phone.lease()
        figures = {"memory idle (PSS, MiB)": f"{_pss_mib(peer.programs()):.0f}"}
        for connections in (1, 32):
            rate, p50, p99 = _load(phone, PROBE, connections, host="connectivitycheck.gstatic.com")
            figures[f"probe redirects/s, {connections} connections"] = f"{rate:.0f}"
            figures[f"  p50 / p99 ms, {connections} connections"] = f"{p50:.0f} / {p99:.0f}"
        rate, p50, p99 = _load(phone, _landing(peer, phone), 4)
        figures["landing page/s, 4 connections"] = f"{rate:.0f}"
        figures["  p50 / p99 ms"] = f"{p50:.0f} / {p99:.0f}"
        clients = [lab.client() for _ in range(CLIENTS)]
        for client in clients:
            client.lease()
        clicks = [_click_ms(peer, client) for client in clients]
        figures["click to Internet, median ms"] = f"{statistics.median(clicks):.0f}"
        figures["click to Internet, longest ms"] = f"{max(clicks):.0f}"
        figures["memory after (PSS, MiB)"] = f"{_pss_mib(peer.programs()):.0f}"
        peer.restart()
        online = sum(is_online(client) for client in clients)
        figures["sessions after a restart"] = f"{online} of {CLIENTS}"
        return figures


@contextmanager
def _running(kind: type[Peer], folder: Path) -> Iterator[tuple[Lab, Peer]]:
    place = folder / kind.name
    place.mkdir()
    with a_lab(place) as lab:
        lab.client()  # a bridge without a port has no carrier
        peer = kind(lab)
        peer.start()
        lab.box.forward()
        yield lab, peer


def _landing(peer: Peer, phone: Client) -> str:
    """The landing page by address, since ApacheBench asks the machine's resolver."""
    answer = phone.get(PROBE, _AGENT, to=WWW)
    return answer.location if not peer.landing else peer.landing


def _load(
    phone: Client, url: str, connections: int, *, host: str = ""
) -> tuple[float, float, float]:
    """Requests a second, and the median and 99th percentile in ms, over some seconds."""
    host = host or re.sub(r"^https?://([^/:]+).*", r"\1", url)
    address = WWW if host.startswith("connectivity") else phone.zone.gateway
    target = url.replace(host, address, 1)
    command = [needs("ab"), "-q", "-t", str(_LOAD_S), "-n", "1000000", "-c", str(connections)]
    said = phone.run(*command, "-s", "10", "-r", "-H", f"Host: {host}", "-H", _AGENT, target)
    return (
        _number(said, r"Requests per second:\s+([\d.]+)"),
        _number(said, r"\s50%\s+(\d+)"),
        _number(said, r"\s99%\s+(\d+)"),
    )


def _number(text: str, pattern: str) -> float:
    found = re.search(pattern, text)
    assert found is not None, text
    return float(found[1])


def _click_ms(peer: Peer, client: Client) -> float:
    started = time.perf_counter()
    peer.click(client)
    wait_for(lambda: is_online(client), "the Internet answers")
    return (time.perf_counter() - started) * 1000


def _pss_mib(parents: list[int]) -> float:
    """Of these processes and their children."""
    pids = {*parents, *(child for parent in parents for child in _children(parent))}
    return sum(map(pss_kib, pids)) / 1024


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed] + [
        grand for child in listed for grand in _children(int(child))
    ]


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        peers: tuple[type[Peer], ...] = (Posko, OpenNds)
        show("captive portal", [peer.name for peer in peers], rows(peers, folder))


if __name__ == "__main__":
    main()
