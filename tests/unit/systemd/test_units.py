"""The units, read by systemd itself (offline) and held against the settings and the programs."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from appliance.actions.box import unit_alarms
from appliance.runtime import daemon, settings
from appliance.runtime.backup_settings import Backup
from appliance.runtime.broker_settings import Center
from appliance.runtime.settings import Portal, Store
from firmware_config import activation, rendering, services
from tests.support.programs import needs
from tests.support.repository import ROOT
from tests.unit.systemd.units import SYSTEMD, THRESHOLD, UNITS, exposure, text, values

NO_DAEMONS = {"posko", "posko-firmware", "posko-update"}


SCRIPTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]


DAEMONS = sorted(set(SCRIPTS) - NO_DAEMONS)


OWN = [*DAEMONS, "posko-migrate", "posko-backup", "posko-alarm@", "posko-alarms"]


_PROGRAM = re.compile(r"(?m)^Exec\w+=[-+!@:]*(/\S+)")


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A root with the units, and a program for each of their commands."""
    folder = tmp_path / "usr/lib/systemd"
    shutil.copytree(UNITS, folder / "system", symlinks=True)
    for shared in SYSTEMD.glob("*.conf"):
        shutil.copy(shared, folder)
    for unit in UNITS.glob("*.service"):
        for program in _PROGRAM.findall(unit.read_text()):
            stub = tmp_path / program.lstrip("/")
            stub.parent.mkdir(parents=True, exist_ok=True)
            stub.write_text("#!/bin/sh\n")
            stub.chmod(0o755)
    return tmp_path


def verified(box: Path) -> str:
    """What systemd says about all units."""
    names = sorted(
        str(unit) for unit in (box / "usr/lib/systemd/system").glob("*.*") if unit.is_file()
    )
    command = [needs("systemd-analyze"), "verify", "--man=no", "--recursive-errors=no"]
    done = subprocess.run(
        [*command, f"--root={box}", *names], check=False, capture_output=True, text=True
    )
    return done.stdout + done.stderr


def test_systemd_has_nothing_to_say_about_the_units(box: Path) -> None:
    assert verified(box) == ""


@pytest.mark.parametrize("wrong", ["WatchdogSecs=3", "SystemCallFilter=@no-such-set"])
def test_systemd_would_say_what_is_wrong(box: Path, wrong: str) -> None:
    unit = box / "usr/lib/systemd/system/posko-portal.service"
    unit.write_text(f"{unit.read_text()}\n[Service]\n{wrong}\n")
    assert any(word in verified(box) for word in wrong.split("="))


@pytest.mark.parametrize("unit", OWN)
def test_what_a_program_of_ours_could_reach_is_little(unit: str) -> None:
    assert exposure(unit) <= THRESHOLD


def test_the_table_of_the_documentation_is_true() -> None:
    rows = re.findall(
        r"(?m)^\| `(posko-[\w@-]+)` \| `([\w-]+)` \| ([^|]+) \| ([^|]+) \| ([\d.]+) \|",
        (ROOT / "docs/units.md").read_text(),
    )
    assert {name for name, *_ in rows} == set(OWN)
    for name, user, watchdog, memory, told in rows:
        assert [user] == values(name, "User")
        assert [watchdog] == (values(name, "WatchdogSec") or ["-"])
        assert [memory] == (values(name, "MemoryMax") or ["-"])
        assert float(told) == exposure(name)


@pytest.mark.parametrize("name", DAEMONS)
def test_every_daemon_has_a_unit_that_watches_it_and_starts_it_anew(name: str) -> None:
    assert values(name, "ExecStart") == [f"/usr/bin/{name}"]
    assert values(name, "Type") == ["notify"]
    assert values(name, "WatchdogSec")
    assert values(name, "Restart") == ["always"]
    assert values(name, "RestartPreventExitStatus") == [str(daemon.EXIT_CONFIG)]
    told = [] if name == "posko-center" else ["posko-alarm@%N.service"]
    assert values(name, "OnFailure") == [" ".join(["posko-retry@%n.service", *told])]
    assert "MALLOC_ARENA_MAX=1" in values(name, "Environment")[0]


@pytest.mark.parametrize("name", sorted(set(DAEMONS) - {"posko-center"}))
def test_a_daemon_of_the_box_starts_once_the_database_is_there(name: str) -> None:
    assert values(name, "Requires") == ["posko-migrate.service"]
    assert any("posko-migrate.service" in after.split() for after in values(name, "After"))
    assert values(name, "WantedBy") == ["posko.target"]


@pytest.mark.parametrize("unit", sorted({*OWN} - {"posko-center", "posko-alarm@", "posko-alarms"}))
def test_what_reads_the_settings_waits_for_them(unit: str) -> None:
    assert str(settings.DEFAULT_PATH) in values(unit, "ConditionPathExists")


def test_settings_that_come_start_what_waits_for_them() -> None:
    path = (UNITS / "posko-begin.path").read_text()
    assert f"\nPathChanged={settings.DEFAULT_PATH}\n" in path
    assert f"[ -e {settings.DEFAULT_PATH} ]" in values("posko-begin", "ExecStart")[0]


@pytest.mark.parametrize("unit", OWN)
def test_the_group_may_write_what_a_program_of_ours_makes(unit: str) -> None:
    assert values(unit, "Group") == ["posko"]
    assert values(unit, "UMask") == ["0007"]
    assert "CapabilityBoundingSet=\n" in text(unit)


def test_the_socket_of_the_portal_is_where_it_listens() -> None:
    listens = f"ListenStream={Portal().listen}\n"
    assert listens in (UNITS / "posko-portal.socket").read_text()
    assert values("posko-portal", "Wants") == ["posko-portal.socket"]


def test_the_gate_alone_has_capabilities_and_no_more_than_two() -> None:
    having = {unit for unit in OWN if any(values(unit, "CapabilityBoundingSet"))}
    assert having == {"posko-gate"}
    assert values("posko-gate", "CapabilityBoundingSet")[-1] == "CAP_NET_ADMIN CAP_NET_RAW"


@pytest.mark.parametrize("unit", OWN)
def test_paths_are_those_of_the_settings(unit: str) -> None:
    stick = [f"-{Backup().folder}"] if unit == "posko-backup" else []
    assert values(unit, "ReadWritePaths") == [str(Store().path.parent), *stick]
    assert Center().database == f"sqlite:///{Store().path.parent}/center.db"


def test_a_unit_looks_for_the_file_that_an_alarm_leaves() -> None:
    path = (UNITS / "posko-alarms.path").read_text()
    assert f"PathExists={unit_alarms.marker(Store().path)}\n" in path
    limit = {value for name in DAEMONS for value in values(name, "StartLimitIntervalSec")}
    assert limit == {"2min"}
    assert "posko alarm review --steady 150" in values("posko-alarms", "ExecStart")[0]


def test_files_of_the_system_are_where_posko_firmware_puts_them() -> None:
    named = {
        path
        for unit in UNITS.glob("*.service")
        for path in re.findall(r"/etc/posko/[\w/@%.*-]+", unit.read_text())
    }
    assert named
    named.remove(str(settings.DEFAULT_PATH))  # its absence begins the first setup
    assert all(path.startswith(rendering.HOME) for path in named)
    assert f"ConditionPathExists={settings.DEFAULT_PATH}" in (UNITS / "posko.target").read_text()


def test_folders_are_made_where_the_settings_look_for_them() -> None:
    made = (SYSTEMD / "tmpfiles.d/posko.conf").read_text()
    for folder in (Store().path.parent, settings.DEFAULT_PATH.parent, services.EDGE_RUN):
        assert re.search(rf"(?m)^d {folder} ", made)
    assert f"z {settings.DEFAULT_PATH} 0640 root posko" in made
    assert re.search(rf"(?m)^d {settings.additions(settings.DEFAULT_PATH)} ", made)


def test_every_user_of_a_unit_is_made() -> None:
    made = (SYSTEMD / "sysusers.d/posko.conf").read_text()
    for unit in UNITS.glob("*.service"):
        for user in re.findall(r"(?m)^User=(.+)$", unit.read_text()):
            assert re.search(rf"(?m)^u {user} ", made), user


def test_systemd_makes_the_users_and_folders(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    for kind, program in (("sysusers", "systemd-sysusers"), ("tmpfiles", "systemd-tmpfiles")):
        folder = tmp_path / f"usr/lib/{kind}.d"
        folder.mkdir(parents=True)
        shutil.copy(SYSTEMD / f"{kind}.d/posko.conf", folder)
        create = ["--create"] if kind == "tmpfiles" else []
        command = [needs(program), f"--root={tmp_path}", *create, "posko.conf"]
        subprocess.run(command, check=True, capture_output=True)
    home = tmp_path / "var/lib/posko"
    groups = dict(re.findall(r"(?m)^([\w-]+):x:(\d+)", (tmp_path / "etc/group").read_text()))
    assert home.stat().st_mode & 0o7777 == 0o2770
    assert home.stat().st_gid == int(groups["posko"])


def test_posko_firmware_tells_units_that_are_there() -> None:
    there = {unit.name for unit in UNITS.iterdir() if unit.is_file()}
    everything = {"hostapd/wlan0.conf", "edge/dnsmasq.conf", "edge/nginx.conf", "kiosk/browser"}
    told = activation.commands(everything | {"nftables/posko.nft"}, everything)
    names = {word for command in told for word in command if word.startswith("posko-")}
    assert {re.sub(r"@.*", "@", name) + ".service" for name in names} <= there
    assert len(names) == 6


@pytest.mark.parametrize("unit", ["posko-kiosk-browser", "posko-setup-browser"])
def test_nobody_waits_for_the_end_of_a_session_where_one_is_opened(unit: str) -> None:
    """Of Type=exec the start job ended with the session: PAM's process holds the line open."""
    assert values(unit, "PAMName") == ["login"]
    assert values(unit, "Type") == ["simple"]


@pytest.mark.parametrize("unit", ["posko-kiosk-browser", "posko-setup-browser"])
def test_no_command_beside_a_browser_hangs_its_terminal_up(unit: str) -> None:
    """Each command of a unit does to its terminal what the unit says, ExecStartPost= too."""
    assert values(unit, "TTYPath") == ["/dev/tty7"]
    assert values(unit, "StandardInput") == ["null"]
    for name in ("TTYVHangup", "TTYReset", "TTYVTDisallocate"):
        assert values(unit, name) == []


@pytest.mark.parametrize("unit", ["posko-kiosk-browser", "posko-setup-browser"])
def test_a_browser_is_bounded_in_the_session_and_leaves_nothing_behind(unit: str) -> None:
    """Box check 20."""
    [bounds] = values(unit, "ExecStartPost")
    assert "MemoryHigh=450M MemoryMax=600M TasksMax=300" in bounds
    [end] = values(unit, "ExecStopPost")
    assert "systemctl kill --signal=KILL" in end


def test_what_hostapd_says_of_phones_reaches_no_journal() -> None:
    assert values("posko-hostapd@", "StandardOutput") == ["null"]


@pytest.mark.parametrize("unit", ["posko-kiosk", "posko-modem"])
def test_pins_can_be_had_where_the_root_is_read_only(unit: str, tmp_path: Path) -> None:
    variables = dict(value.split("=", 1) for value in values(unit, "Environment") if "LG_" in value)
    assert variables == {"LG_WD": "/tmp"}
    assert values(unit, "PrivateTmp") == ["yes"]
    for variable, is_fine in (({}, False), ({"LG_WD": str(tmp_path)}, True)):
        # /proc is as read-only as a box's root is to the unit
        done = subprocess.run(
            [sys.executable, "-c", "import lgpio"],
            cwd="/proc",
            env=variable,
            capture_output=True,
            check=False,
        )
        assert (done.returncode == 0) == is_fine, done.stderr


def test_a_stick_is_mounted_where_backups_go_by_a_rule_that_names_the_unit() -> None:
    mount = (UNITS / "media-posko.mount").read_text()
    assert f"Where={Backup().folder}\n" in mount
    assert "LazyUnmount=yes\n" in mount, "pulled out while it is written to, it goes too"
    [label] = re.findall("What=/dev/disk/by-label/(.+)", mount)
    rule = (SYSTEMD / "udev/72-posko-stick.rules").read_text()
    assert f'ENV{{ID_FS_LABEL}}=="{label}"' in rule
    assert 'ENV{SYSTEMD_WANTS}+="media-posko.mount"' in rule
    assert values("posko-backup", "Wants") == ["media-posko.mount"]
    for unit in ("posko-backup", "posko-update-look@"):
        assert "media-posko.mount" in values(unit, "After")


def test_a_backup_is_made_every_night_also_after_one_without_power() -> None:
    timer = (UNITS / "posko-backup.timer").read_text()
    for line in (
        "OnCalendar=*-*-* 02:15 Asia/Jakarta",
        "RandomizedDelaySec=45min",
        "Persistent=yes",
    ):
        assert f"{line}\n" in timer


@pytest.mark.parametrize(
    ("unit", "group"),
    [("posko-modem", "dialout"), ("posko-kiosk", "video"), ("posko-kiosk", "gpio")],
)
def test_a_rule_lets_a_group_of_the_daemon_write_what_it_writes(unit: str, group: str) -> None:
    rules = (SYSTEMD / "udev/70-posko-hardware.rules").read_text()
    assert f"chgrp {group} " in rules or f'GROUP="{group}"' in rules
    assert group in values(unit, "SupplementaryGroups")[0].split()


@pytest.mark.parametrize(
    ("states", "starts"),
    [("disconnected connected", True), ("disconnected unknown", False), ("", False)],
)
def test_a_browser_starts_only_where_a_screen_is_connected(
    states: str, starts: bool, tmp_path: Path
) -> None:
    for number, state in enumerate(states.split()):
        status = tmp_path / f"card0-HDMI-A-{number}/status"
        status.parent.mkdir()
        status.write_text(f"{state}\n")
    for unit in ("posko-kiosk-browser", "posko-setup-browser"):
        assert values(unit, "SuccessExitStatus") == ["SIGABRT"], "how cage ends when it is stopped"
        [condition] = values(unit, "ExecCondition")
        command = shlex.split(condition.removeprefix("+").replace("/sys/class/drm", str(tmp_path)))
        assert (subprocess.run(command, check=False).returncode == 0) == starts
