"""The product on the lab's box: its processes, and sessions as the portal writes them."""

import re
import secrets
import socket
import sys
from contextlib import closing, suppress
from dataclasses import replace

from appliance.actions.wifi import wifi_sessions as wifi
from appliance.actions.wifi.wifi_sessions import Device, Fresh
from appliance.domain.wifi.sessions import Ending, Refused, Session, ZonePolicy
from appliance.runtime import clock, ids, settings
from appliance.store import migrate
from appliance.store.database import connect
from appliance.store.wifi import wifi_sessions as rows
from tests.conftest import SITE
from tests.support.programs import needs
from tests.support.waiting import wait_for
from tests.wifi.client import Client
from tests.wifi.http import Answer
from tests.wifi.lab import Lab
from tests.wifi.places import OFFICE, PARK, RESOLVER, WWW, Zone
from tests.wifi.program import Program

PROBE = "http://connectivitycheck.gstatic.com/generate_204"
PORTAL_HOST = "posko.lan"
READY_WITHIN_S = 20
FORM = "Content-Type: application/x-www-form-urlencoded"
_ZONE_NAMES = {OFFICE: "kantor", PARK: "taman"}


class Hotspot:
    """`portal` and `gate` are its programs; `db_path` the database of the box."""

    portal: Program
    gate: Program

    def __init__(self, lab: Lab, wifi: str = "", zone: str = "", host: str = PORTAL_HOST) -> None:
        """More lines of the configuration's [wifi] and of each of its zones; the portal's name."""
        self.lab, self.db_path = lab, lab.folder / "posko.db"
        self.config = lab.folder / "posko.toml"
        self._host, self._more_zone = host, zone
        self.configure(wifi)

    def configure(self, wifi: str) -> None:
        """Write the configuration, with more lines of [wifi]."""
        self.config.write_text(self._configuration(wifi))
        self.settings = settings.load(self.config)

    def start(self) -> None:
        """Write the database and start everything."""
        migrate.ensure(self.db_path, SITE, ids.new_epoch)
        self.start_gate()
        self.portal = self._start("portal", "captive_portal")
        self.start_edges()

    def start_edges(self) -> None:
        """Start nginx and both dnsmasq as the product configures them; again, if they run."""
        box, folder = self.lab.box, self.lab.public_folder
        for name in ("dnsmasq", "dnsmasq-offline", "nginx"):
            if name in box.programs:
                box.programs[name].stop()
        box.run(*self.command("captive_portal", "--render", str(folder)))
        for name in ("dnsmasq", "dnsmasq-offline"):
            box.start(name, needs("dnsmasq"), "-C", str(folder / f"{name}.conf"), ready="started")
        box.start("nginx", needs("nginx"), "-c", str(folder / "nginx.conf"))
        wait_for(lambda: box.accepts("127.0.0.1", 80), "nginx listens")

    def start_gate(self) -> None:
        """Start the gate and wait until it says that its rules are there."""
        self.gate = self._start("gate", "wifi_gate")

    def command(self, module: str, *arguments: str) -> list[str]:
        """What starts a program of ours with the configuration."""
        trusting = ["env", f"SSL_CERT_FILE={self.lab.authority.path}"]
        return [*trusting, sys.executable, "-m", module, "--config", str(self.config), *arguments]

    def rules(self) -> str:
        """All the kernel has of nftables."""
        return self.lab.box.run("nft", "list", "ruleset")

    def open(self, client: Client, code: str = "", **policy: object) -> Session:
        """Open a session for a client, by the terms of its zone unless told otherwise."""
        return self.open_for(client.mac, client.zone, code, **policy)

    def open_for(self, mac: str, zone: Zone, code: str = "", **policy: object) -> Session:
        """The same for any device."""
        fresh = Fresh(
            session_id=ids.new_id(),
            resume_code=code or secrets.token_hex(8),
            salt=secrets.token_bytes(32),
        )
        device = Device(mac=mac, zone=replace(self.policy(zone), **policy))
        with closing(connect(self.db_path)) as db:
            opened = wifi.open_session(db, device, clock.now(), fresh)
        assert not isinstance(opened, Refused), opened
        return opened

    def let_in(self, client: Client, **policy: object) -> Session:
        """Open a session and wait until the client is online."""
        opened = self.open(client, **policy)
        wait_for(lambda: self.stored(opened).is_open, "the gate has taken it up")
        wait_for(lambda: is_online(client), f"{client.mac} is online")
        return opened

    def extend(self, client: Client, **policy: object) -> Session | Refused:
        """Fill the client's session up."""
        device = Device(mac=client.mac, zone=replace(self.policy(client.zone), **policy))
        with closing(connect(self.db_path)) as db:
            return wifi.extend(db, device, clock.now())

    def resume(self, client: Client, code: str) -> Session | Refused:
        """Let the session with this code go on under the client's MAC."""
        device = Device(mac=client.mac, zone=self.policy(client.zone))
        with closing(connect(self.db_path)) as db:
            return wifi.resume(db, device, code, clock.now())

    def end(self, session: Session, by: Ending = Ending.USER) -> None:
        """Ask for its end, as the button on the portal does."""
        with closing(connect(self.db_path)) as db:
            wifi.end(db, session.id, by)

    def stored(self, session: Session) -> Session:
        """The session as the database has it now."""
        with closing(connect(self.db_path)) as db:
            found = rows.by_id(db, session.id)
        assert found is not None
        return found

    def policy(self, zone: Zone) -> ZonePolicy:
        """What the configuration grants in a zone."""
        [policy] = [one.policy for one in self.settings.wifi.zones if one.name == _ZONE_NAMES[zone]]
        return policy

    def _start(self, name: str, module: str) -> Program:
        """Start a program of ours and wait for its word to systemd (sd_notify(3))."""
        address = self.lab.folder / f"{name}.notify"
        address.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.bind(str(address))
            line.settimeout(READY_WITHIN_S)
            notifying = ["env", f"NOTIFY_SOCKET={address}", *self.command(module)]
            program = self.lab.box.start(name, *notifying)
            try:
                while b"READY=1" not in line.recv(1024):
                    pass
            except TimeoutError:
                raise AssertionError(f"{name} does not get ready: {program.said()}") from None
        return program

    def _configuration(self, wifi: str) -> str:
        zones = "".join(
            f'[[wifi.zones]]\nname = "{name}"\ninterface = "{zone.bridge}"\n'
            f'ipv4 = "{zone.gateway}/24"\nipv6 = "{zone.gateway6}/64"\n{self._more_zone}\n'
            for zone, name in _ZONE_NAMES.items()
        )
        return (
            f'[site]\ncode = "{SITE}"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
            f'[store]\npath = "{self.db_path}"\n'
            f'[portal]\nurl = "http://{self._host}"\n'
            f'[wifi]\nwan = "wan"\nresolvers = ["{RESOLVER}"]\n{wifi}\n{zones}'
        )


def is_online(client: Client) -> bool:
    """Whether the Internet itself answers its probe; a connection that is cut off is no answer."""
    with suppress(OSError):
        return client.get(PROBE, to=WWW).status == 204
    return False


def meets_portal(client: Client, *, to: str = "") -> bool | None:
    """Where its probe leads; None while it gets no answer (no name, cut off in between)."""
    with suppress(OSError):
        return is_sent_to_portal(client.get(PROBE, to=to))
    return None


def is_sent_to_portal(answer: Answer) -> bool:
    """Whether every device takes this answer for a captive portal's (any other goes unnoticed)."""
    return (
        answer.status == 302
        and answer.location.startswith(("http://", "https://"))
        and "no-store" in answer.headers.get("cache-control", "")
        and int(answer.headers.get("content-length", "0")) > 4
        and not answer.is_internet
    )


def report(client: Client) -> str:
    """Send a complaint as a browser without scripts does; where the portal leads it then."""
    url = f"http://{PORTAL_HOST}/lapor"
    number = re.search('name="submission_id" value="([^"]+)"', client.get(url).body.decode())
    assert number is not None
    fields = f"submission_id={number[1]}&kind=pengaduan&text=lampu+jalan+mati&kelurahan="
    return client.get(url, FORM, method="POST", body=fields.encode()).location
