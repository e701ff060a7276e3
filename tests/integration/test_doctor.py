"""`posko doctor` at boxes that have a fault. Box check 18: it finds each and says what to do."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance import __main__ as posko
from appliance.actions.cases import intake
from appliance.runtime import ids, settings
from appliance.store import migrate
from appliance.store.database import connect
from firmware_config.applying import Box
from firmware_config.rendering import render
from modem.port import open_port
from tests.builders import a_draft
from tests.conftest import SITE, at
from tests.sim.escpos import EscposPrinter
from tests.sim.escpos_lines import on_network
from tests.sim.running import running_modem
from tests.support.city_broker import CityBroker
from tests.support.disks import fill, small_disk
from tests.support.ports import unused_ports
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

_ZONE = '[[wifi.zones]]\nname = "taman"\ninterface = "br-taman"\nipv4 = "10.78.0.1/22"\n'
_RADIO = (
    '[[radio.devices]]\ninterface = "wlan7"\nchip = "hwsim"\nchannel = {channel}\n'
    '[[radio.networks]]\nzone = "taman"\nssid = "Taman"\n'
)


@dataclass
class Sick:
    """A box to spoil: what its file says, and where it lies."""

    home: Path
    city: CityBroker
    tables: dict[str, list[str]] = field(default_factory=dict)
    more: str = ""
    database: Path = Path()
    mode: int = 0o640

    def set(self, section: str, **keys: object) -> None:
        """Put keys into a table of the file."""
        lines = self.tables.setdefault(section, [])
        lines += [f"{key} = {json.dumps(value)}" for key, value in keys.items()]

    def trust(self, name: str = "box") -> None:
        """Enrol it by files."""
        own = self.city.certificates.folder
        self.set("sync", broker=self.city.host, port=self.city.port, tls_ca=str(own / "ca.pem"))
        self.set("sync", tls_cert=str(own / f"{name}.pem"), tls_key=str(own / f"{name}.key"))

    def write(self) -> Path:
        """The settings' file."""
        config = self.home / "posko.toml"
        sections = [f"[{name}]\n" + "\n".join(lines) for name, lines in self.tables.items()]
        config.write_text("\n".join([*sections, self.more]))
        config.chmod(self.mode)
        return config


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CityBroker]:
    broker = CityBroker(tmp_path_factory.mktemp("city"))
    broker.certificates.make("box", "147107")
    broker.certificates.make("box", "147108")
    now = datetime.now(UTC)
    broker.certificates.date("147108", now - timedelta(days=9), now - timedelta(days=2))
    for name in ("147107", "147108"):
        (broker.certificates.folder / f"{name}.key").chmod(0o600)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def sick(tmp_path: Path, city: CityBroker) -> Iterator[Sick]:
    mask = os.umask(0o007)  # as every program of ours has it
    box = Sick(tmp_path, city, database=tmp_path / "posko.db")
    box.set("site", code="14.71.07", name="Bukit Raya", city="Kota Pekanbaru")
    box.set("store", path=str(box.database))
    migrate.ensure(box.database, SITE, ids.new_epoch)
    yield box
    os.umask(mask)


Seed = Callable[[Sick, ExitStack], None]
SEEDS: dict[str, tuple[Seed, str, str, str, str]] = {}


def seed(part: str, level: str, found: str, to_do: str) -> Callable[[Seed], Seed]:
    """Register a fault: where it is told, how gravely, and words of what is told and advised."""

    def kept(spoil: Seed) -> Seed:
        name = spoil.__name__.strip("_").replace("_", " ")
        SEEDS[name] = (spoil, part, level, found, to_do)
        return spoil

    return kept


@seed("settings", "fault", "not valid TOML", "posko config check")
def broken_toml(box: Sick, _: ExitStack) -> None:
    box.more = "[modem\n"


@seed("settings", "fault", "modem.devise is not a known key", "mend")
def mistyped_key(box: Sick, _: ExitStack) -> None:
    box.set("modem", devise="/dev/ttyUSB0")


@seed("settings", "warn", "everybody may read", "chmod 640")
def pin_that_everybody_may_read(box: Sick, _: ExitStack) -> None:
    box.set("modem", pin="1234")
    box.mode = 0o644


@seed("settings", "warn", "belongs to Bukit Raya, Kota Pekanbaru", "posko setup")
def code_of_another_kecamatan(box: Sick, _: ExitStack) -> None:
    box.tables["site"][1] = 'name = "Tampan"'


@seed("settings", "warn", "is no kecamatan's", "posko setup")
def code_that_no_kecamatan_has(box: Sick, _: ExitStack) -> None:
    box.tables["site"][0] = 'code = "14.71.99"'


@seed("system-files", "fault", "channel", "posko-firmware apply")
def channel_that_the_country_forbids(box: Sick, _: ExitStack) -> None:
    box.set("radio", country="US")
    box.more = _ZONE + _RADIO.format(channel=13)


@seed("system-files", "fault", "none is in force", "posko-firmware apply")
def system_files_never_applied(box: Sick, _: ExitStack) -> None:
    box.more = _ZONE


@seed("system-files", "warn", "posko.toml says", "posko-firmware diff")
def settings_changed_and_not_applied(box: Sick, _: ExitStack) -> None:
    _apply(box)
    box.more = _ZONE.replace("10.78", "10.79")


@seed("system-files", "fault", "changed by hand", "posko-firmware apply")
def system_file_changed_by_hand(box: Sick, _: ExitStack) -> None:
    _apply(box)
    with (box.home / "etc/posko/firmware/current/edge/nginx.conf").open("a") as file:
        file.write("# mine\n")


def _apply(box: Sick) -> None:
    box.more = _ZONE
    files = render(settings.load(box.write()), is_trusted=False)
    there = Box(box.home).generations
    with there.lock():
        there.switch(there.stage(files))


@seed("database", "fault", "damaged", "posko store repair")
def corrupt_database(box: Sick, _: ExitStack) -> None:
    with box.database.open("r+b") as file:
        file.seek(3 * 512)
        file.write(b"\xee" * 20_000)


@seed("database", "fault", "none at", "posko migrate")
def no_database(box: Sick, _: ExitStack) -> None:
    box.database.unlink()


@seed("database", "fault", "posko.db.blobs", "chmod g+rwX")
def folder_of_photos_that_nobody_enters(box: Sick, _: ExitStack) -> None:
    box.database.with_name("posko.db.blobs").mkdir(mode=0o660)


@seed("database", "fault", "group may not write", "chmod g+rwX")
def database_that_the_group_may_not_write(box: Sick, _: ExitStack) -> None:
    box.database.chmod(0o640)


@seed("database", "fault", "group may not write", "chgrp posko")
def database_that_belongs_to_root(box: Sick, _: ExitStack) -> None:
    box.database.chmod(0o660)
    os.chown(box.database, -1, 1)


@seed("database", "fault", "its disk is mounted read-only", "dmesg")
def database_on_a_disk_that_is_read_only(box: Sick, done: ExitStack) -> None:
    disk = done.enter_context(small_disk(box.home / "disk", 4_000_000))
    shutil.copy(box.database, disk)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    box.tables["store"] = [f'path = "{disk}/posko.db"']


@seed("backup", "warn", "key is not set", "docs/backup.md")
def nobody_makes_backups(_box: Sick, _: ExitStack) -> None:
    pass


@seed("disk", "fault", "0 of", "Disk full")
def full_disk(box: Sick, done: ExitStack) -> None:
    disk = done.enter_context(small_disk(box.home / "disk", 4_000_000))
    fill(disk / "photos")
    box.tables["store"] = [f'path = "{disk}/posko.db"']


@seed("disk", "fault", "read-only", "dmesg")
def disk_that_the_kernel_has_made_read_only(box: Sick, done: ExitStack) -> None:
    disk = done.enter_context(small_disk(box.home / "disk", 4_000_000))
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    box.tables["store"] = [f'path = "{disk}/posko.db"']


@seed("clock", "fault", "ds3231", "battery")
def clock_chip_that_is_not_there(box: Sick, _: ExitStack) -> None:
    box.set("board", rtc="ds3231")


@seed("modem", "fault", "cannot be used", "cable")
def modem_unplugged(box: Sick, _: ExitStack) -> None:
    box.set("modem", device=str(box.home / "modem"))


@seed("modem", "fault", "cannot be used", "no port of a USB modem is there")
def hub_of_the_modem_without_power(box: Sick, _: ExitStack) -> None:
    box.set("modem", device="/dev/serial/by-id/usb-SimTech")


@seed("modem", "fault", "blocked", "PUK")
def sim_that_wants_its_puk(box: Sick, done: ExitStack) -> None:
    done.enter_context(running_modem(box.home, "--pin", "1234"))
    with closing(open_port(str(box.home / "modem"))) as port:
        for _ in range(3):
            port.write(b'AT+CPIN="0000"\r')
            wait_for(lambda: b"ERROR" in port.read(100), "it refuses the PIN")
    box.set("modem", device=str(box.home / "modem"))


@seed("modem", "fault", "nothing answers AT", "power")
def port_behind_which_no_modem_is(box: Sick, done: ExitStack) -> None:
    master, slave = os.openpty()
    done.callback(lambda: [os.close(end) for end in (master, slave)])
    box.set("modem", device=os.ttyname(slave))


@seed("modem", "fault", "PIN", "[modem] pin")
def sim_with_a_pin(box: Sick, done: ExitStack) -> None:
    done.enter_context(running_modem(box.home, "--pin", "1234"))
    box.set("modem", device=str(box.home / "modem"))


@seed("modem", "fault", "not registered", "antenna")
def modem_without_a_network(box: Sick, done: ExitStack) -> None:
    done.enter_context(running_modem(box.home)).fault(no_network=True)
    box.set("modem", device=str(box.home / "modem"))


@seed("modem", "fault", "cannot be used", "ModemManager")
def modem_that_another_program_holds(box: Sick, done: ExitStack) -> None:
    done.enter_context(running_modem(box.home))
    done.enter_context(closing(open_port(str(box.home / "modem"))))
    box.set("modem", device=str(box.home / "modem"))


@seed("printer", "fault", "unreachable", "cable")
def printer_unplugged(box: Sick, _: ExitStack) -> None:
    box.set("printer", kind="network", device=f"127.0.0.1:{unused_ports(1)[0]}")


@seed("printer", "fault", "paper out", "roll")
def printer_without_paper(box: Sick, done: ExitStack) -> None:
    _, address = done.enter_context(on_network(EscposPrinter(paper_dots=0)))
    box.set("printer", kind="network", device=address)


@seed("screen", "fault", "no display is connected", "HDMI")
def screen_cable_out(box: Sick, _: ExitStack) -> None:
    connector = box.home / "sys/class/drm/card0-HDMI-A-1"
    connector.mkdir(parents=True)
    (connector / "status").write_text("disconnected\n")


@seed("wifi", "fault", "there is no such radio", "[[radio.devices]]")
def wifi_adapter_pulled_out(box: Sick, _: ExitStack) -> None:
    box.more = _ZONE + _RADIO.format(channel=6)


@seed("wifi", "fault", "there is no interface br-taman", "posko-firmware diff")
def bridge_of_the_wifi_gone(box: Sick, _: ExitStack) -> None:
    box.more = _ZONE


@seed("edge", "fault", "nginx.conf", "posko-firmware apply")
def nginx_file_broken(box: Sick, _: ExitStack) -> None:
    _edge(box, "nginx.conf", "server { listen 80\n")


@seed("edge", "fault", "dnsmasq.conf", "posko-firmware apply")
def dnsmasq_file_broken(box: Sick, _: ExitStack) -> None:
    _edge(box, "dnsmasq.conf", "dhcp-rnage=10.78.0.2,10.78.0.9\n")


def _edge(box: Sick, name: str, text: str) -> None:
    home = box.home / "etc/posko/firmware/current/edge"
    home.mkdir(parents=True)
    (home / name).write_text(text)


@seed("pages", "fault", "Connection refused", "restart posko-portal")
def portal_that_does_not_run(box: Sick, _: ExitStack) -> None:
    box.set("portal", listen=f"127.0.0.1:{unused_ports(1)[0]}")


@seed("uplink", "fault", "there is no such interface", "[wifi] wan")
def uplink_under_another_name(box: Sick, _: ExitStack) -> None:
    box.set("wifi", wan="enp9s9")


@seed("uplink", "fault", "no resolver answers", "router")
def line_of_the_office_dead(box: Sick, _: ExitStack) -> None:
    box.set("wifi", resolvers=["127.0.0.99"])


@seed("city", "warn", "trusts no city", "posko enrol")
def box_never_enrolled(_box: Sick, _: ExitStack) -> None:
    pass


@seed("city", "fault", "unreachable", "port")
def broker_at_a_dead_port(box: Sick, _: ExitStack) -> None:
    box.trust("147107")
    lines = [line for line in box.tables["sync"] if not line.startswith("port")]
    box.tables["sync"] = [*lines, f"port = {unused_ports(1)[0]}"]


@seed("city", "fault", "wrong-ca", "CA file")
def authority_of_another_city(box: Sick, _: ExitStack) -> None:
    box.trust("147107")
    other = CityBroker(_folder(box.home / "other")).certificates.folder
    lines = [line for line in box.tables["sync"] if not line.startswith("tls_ca")]
    box.tables["sync"] = [*lines, f'tls_ca = "{other}/ca.pem"']


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


@seed("city", "fault", "expired", "new one")
def certificate_that_has_ended(box: Sick, _: ExitStack) -> None:
    box.trust("147108")


@seed("city", "fault", "files", "chmod 600")
def key_that_others_may_read(box: Sick, done: ExitStack) -> None:
    box.trust("147107")
    key = box.city.certificates.folder / "147107.key"
    key.chmod(0o644)
    done.callback(key.chmod, 0o600)


@seed("city", "fault", "1 events wait", "posko-sync")
def sync_agent_that_never_ran(box: Sick, _: ExitStack) -> None:
    with closing(connect(box.database)) as db:
        intake.receive(db, a_draft("lampu jalan mati"), at())


@pytest.fixture
def doctor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, list[dict[str, str]]]]:
    def run(box: Sick, *words: str) -> tuple[int, list[dict[str, str]]]:
        where = ["--config", str(box.write()), "--root", str(box.home)]
        monkeypatch.setattr(sys, "argv", ["posko", "doctor", "--json", *words, *where])
        status = posko.main()
        told = json.loads(capsys.readouterr().out)
        assert status == told["status"]
        return told["status"], told["findings"]

    return run


@pytest.mark.parametrize("name", SEEDS)
def test_doctor_finds_a_fault_and_says_what_to_do(name: str, sick: Sick, doctor) -> None:
    spoil, part, level, found, to_do = SEEDS[name]
    with ExitStack() as done:
        spoil(sick, done)
        status, findings = doctor(sick, "--only", part)
    told = [f for f in findings if f["level"] == level and found in f["found"]]
    assert told, findings
    assert any(to_do in f["to_do"] for f in told), told
    assert status == (2 if any(f["level"] == "fault" for f in findings) else 1)


@contextmanager
def a_well_box(box: Sick) -> Iterator[Sick]:
    """Everything that can be had here without a Pi."""
    with running_modem(box.home), on_network(EscposPrinter()) as (_, printer):
        box.set("modem", device=str(box.home / "modem"), own_numbers=["+6281100000001"])
        box.set("printer", kind="network", device=printer)
        box.set("board", screen=False)
        box.trust("147107")
        _apply(box)
        yield box


@pytest.mark.parametrize("part", ["settings", "system-files", "database", "modem", "printer"])
def test_doctor_finds_nothing_wrong_with_a_part_that_is_well(part: str, sick: Sick, doctor) -> None:
    with a_well_box(sick) as box:
        _, findings = doctor(box, "--only", part)
    assert {f["level"] for f in findings} <= {"ok", "warn"}, findings
    assert [f for f in findings if f["level"] == "warn" and part != "modem"] == []


def test_a_broker_that_is_well_is_called_so(sick: Sick, doctor) -> None:
    sick.trust("147107")
    _, findings = doctor(sick, "--only", "city")
    [broker] = [f for f in findings if f["what"] == "broker"]
    assert (broker["level"], "TLS is good" in broker["found"]) == ("ok", True)


def test_whatever_is_broken_every_part_is_told_within_the_time(sick: Sick, doctor) -> None:
    corrupt_database(sick, ExitStack())
    _, findings = doctor(sick, "--storage")
    assert {"database", "storage", "modem", "city", "versions"} <= {f["part"] for f in findings}
    assert [f for f in findings if "could not be looked at" in f["found"]] == []


def test_a_system_that_is_not_there_is_told_in_a_word(
    sick: Sick, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = sick.home / "mnt"
    words = ["posko", "doctor", "--config", str(sick.write()), "--root", str(missing)]
    monkeypatch.setattr(sys, "argv", words)
    assert posko.main() == 1
    assert capsys.readouterr() == ("", f"posko: there is no folder {missing} (--root)\n")


def test_the_trial_of_the_disk_leaves_nothing_behind(sick: Sick, doctor) -> None:
    before = sorted(path.name for path in sick.home.iterdir())
    _, findings = doctor(sick, "--only", "storage")
    assert "flush" in {f["what"] for f in findings}
    left = {path.name for path in sick.home.iterdir()} - {*before, "posko.toml"}
    assert left == set()


def test_doctor_changes_nothing_in_the_database(sick: Sick, doctor) -> None:
    def content() -> list[str]:
        with closing(sqlite3.connect(sick.database)) as db:
            return list(db.iterdump())

    before = content()
    doctor(sick)
    assert content() == before
