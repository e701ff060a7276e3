"""A box with the real gate and a database, and the test in the place of the portal."""

import sqlite3
import sys
from pathlib import Path
from uuid import uuid4

from appliance.actions import wifi
from appliance.actions.wifi import Device, Fresh
from appliance.domain.ids import SiteCode
from appliance.domain.wifi import Session
from appliance.runtime import clock, ids, settings
from appliance.store import database, gauges, migrate
from appliance.store import wifi as store
from tests.support.waiting import wait_for
from tests.wifi.client import Client
from tests.wifi.lab import Lab
from tests.wifi.places import OFFICE, PARK
from wifi_gate.nft import Nft
from wifi_gate.ruleset import TABLE

SITE = "14.71.07"
_ZONES = "".join(
    f"""
[[wifi.zones]]
name = "{name}"
interface = "{zone.bridge}"
ipv4 = "{zone.gateway}/24"
ipv6 = "{zone.gateway6}/64"
"""
    for name, zone in (("kantor", OFFICE), ("taman", PARK))
)


class GuardedBox:
    """`gate` is the process; sessions are opened in the database as the portal does it."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.box, self.path = lab.box, folder / "posko.db"
        self.config = folder / "posko.toml"
        self.write_config()
        migrate.ensure(self.path, SiteCode(SITE), ids.new_epoch)
        self.db = database.connect(self.path)
        self.gate = self.box.start("gate", *self._command())
        self.wait_until_guarded()

    def write_config(self, wifi: str = "", zones: str = "") -> None:
        """The configuration, with more keys of [wifi] and of the last zone."""
        self.config.write_text(
            f'[site]\ncode = "{SITE}"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
            f'[store]\npath = "{self.path}"\n[wifi]\nwan = "wan"\n{wifi}\n{_ZONES}{zones}'
        )

    def restart_gate(self, *before: str) -> None:
        """Kill it and start it again, behind a command such as setpriv where one is given."""
        self.gate.kill()
        self.gate = self.box.start("gate", *before, *self._command())

    def wait_until_it_says(self, words: str) -> None:
        """Wait for words in the log of the gate that runs now."""
        self.gate.wait_until_it_says(words)

    def wait_until_guarded(self) -> None:
        """Wait until the rules are in force."""
        wait_for(self.listing, "the rules are there")

    def admit(self, client: Client, **changes: object) -> Session:
        """Open a session and wait until the gate lets it through."""
        opened = self.open(client, **changes)
        return wait_for(lambda: self._open(opened.id), "the gate lets the session through")

    def open(self, client: Client, **changes: object) -> Session:
        """Write a session as the portal does; `granted_s` and `granted_bytes` may be given."""
        zone = next(one for one in self.settings().zones if one.interface == client.zone.bridge)
        fresh = Fresh(session_id=str(uuid4()), resume_code=uuid4().hex, salt=b"s" * 32)
        device = Device(mac=client.mac, zone=zone.policy)
        opened = wifi.open_session(self.db, device, clock.now(), fresh)
        assert isinstance(opened, Session)
        for column, value in changes.items():
            self.db.execute(
                f"UPDATE wifi_sessions SET {column} = ? WHERE id = ?", (value, opened.id)
            )
        return opened

    def session(self, session_id: str) -> Session:
        """As the database has it now."""
        found = store.by_id(self.db, session_id)
        assert found is not None
        return found

    def wait_until_closed(self, session: Session) -> Session:
        """Wait until the gate has noted how it ended."""
        return wait_for(lambda: self._closed(session.id), "the session is closed")

    def problem(self) -> str:
        """What the gate says is wrong."""
        return gauges.of(self.db, "gate").get("problem", "")

    def listing(self) -> bytes | None:
        """The table in the kernel."""
        with self.box.entered():
            return Nft().table(TABLE)

    def remove(self) -> None:
        """Run `posko-gate --remove`."""
        self.box.run(*self._command(), "--remove")

    def settings(self) -> settings.Wifi:
        return settings.load(self.config).wifi

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "wifi_gate", "--config", str(self.config)]

    def _open(self, session_id: str) -> Session | None:
        session = self.session(session_id)
        return session if session.is_open else None

    def _closed(self, session_id: str) -> Session | None:
        session = self.session(session_id)
        return session if session.closed_as else None

    def close(self) -> None:
        """Stop the gate and close the file."""
        self.gate.kill()
        self.db.close()


def power_cut(db: sqlite3.Connection) -> None:
    """Let all leases be of another boot."""
    db.execute("UPDATE wifi_leases SET boot_id = 'before', mono_ms = 999999999")
