"""The real programs take every file of every layout, and refuse what is wrong."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as given_settings

from appliance.runtime import settings
from firmware_config.checking import mistakes
from firmware_config.rendering import render
from tests.support.layouts import CASES, layout
from tests.support.netns import a_network
from tests.support.programs import needs
from tests.support.random_boxes import boxes
from tests.support.real_parsers import (
    complaints,
    hostapd_takes,
    in_own_machine,
    systemd_daemon,
    write,
)

pytestmark = pytest.mark.slow

WITH_RADIO = [case for case in CASES if layout(case).radio.devices]


@pytest.fixture
def folder(tmp_path: Path, case: str) -> Path:
    """The files of a layout, rendered for the place where they are."""
    write(tmp_path, render(layout(case), home=str(tmp_path)))
    return tmp_path


@pytest.mark.parametrize("case", WITH_RADIO)
def test_hostapd_takes_its_file(folder: Path) -> None:
    """Box check 8, as all the tests that follow it."""
    for file in sorted((folder / "hostapd").iterdir()):
        hostapd_takes(file.read_text(), folder)


@pytest.mark.parametrize("case", ["owe"])
@pytest.mark.parametrize("wrong", ["color=red", "hw_mode=x", "rsn_pairwise=ROT13"])
def test_hostapd_would_refuse_a_wrong_one(folder: Path, wrong: str) -> None:
    text = (folder / "hostapd/wlan0.conf").read_text()
    with pytest.raises(AssertionError, match=r"Line \d+"):
        hostapd_takes(f"{text}{wrong}\n", folder)


@pytest.mark.parametrize("case", CASES)
def test_dnsmasq_takes_its_files(folder: Path) -> None:
    for name in ("dnsmasq.conf", "dnsmasq-offline.conf"):
        subprocess.run([needs("dnsmasq"), "--test", "-C", str(folder / "edge" / name)], check=True)


@pytest.mark.parametrize("case", CASES)
def test_nginx_takes_its_file(folder: Path) -> None:
    in_own_machine(f'mkdir /run/posko-edge; {needs("nginx")} -t -c "$1/edge/nginx.conf"', folder)


@pytest.mark.parametrize("case", CASES)
def test_the_kernel_takes_the_firewall(folder: Path) -> None:
    with a_network():
        for file in sorted((folder / "nftables").iterdir()):
            subprocess.run([needs("nft"), "-c", "-f", str(file)], check=True)


@pytest.mark.parametrize("case", CASES)
def test_sysctl_and_modprobe_take_their_files(folder: Path) -> None:
    lib = folder / "lib"
    wanted = (lib / "sysctl.d/50-posko.conf").read_text()
    done = subprocess.run(
        [needs("sysctl"), "--dry-run", "-p", str(lib / "sysctl.d/50-posko.conf")],
        capture_output=True,
        text=True,
        check=False,
    )
    read = {line.split(" = ")[0] for line in done.stdout.splitlines()}
    absent = set(re.findall(r"cannot stat /proc/sys/(\S+):", done.stderr))
    keys = {line.split(" = ")[0] for line in wanted.splitlines() if not line.startswith("#")}
    assert keys == read | {name.replace("/", ".") for name in absent}
    known = subprocess.run(
        [needs("modprobe"), "-c", "-C", str(lib / "modprobe.d")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    for line in (lib / "modprobe.d/50-posko.conf").read_text().splitlines():
        assert line.startswith("#") or line in known


_NETWORKD = """
mkdir -p /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/netif/lldp
chown -R systemd-network /run/systemd/netif
mkdir -p /run/files /run/over /run/work
cp "$1"/lib/systemd/network/* /run/files
mount -t overlay none -o lowerdir=/usr/local/lib,upperdir=/run/over,workdir=/run/work /usr/local/lib
mkdir -p /usr/local/lib/systemd
ln -s /run/files /usr/local/lib/systemd/network
for name in eth0 eth1; do
    ip link add name $name type veth peer name far-$name
    ip link set far-$name up
done
export SYSTEMD_LOG_LEVEL=debug SYSTEMD_LOG_TARGET=console
DAEMON > /run/said 2>&1 &
for _ in $(seq 100); do
    CONDITION && break
    sleep 0.05
done
kill $!
cat /run/said
ip -brief address
ip -d link
"""


def networkd(folder: Path, until: str) -> str:
    daemon = systemd_daemon("systemd-networkd")
    return in_own_machine(
        _NETWORKD.replace("DAEMON", str(daemon)).replace("CONDITION", until), folder
    )


@pytest.mark.parametrize("case", CASES)
def test_networkd_knows_every_key_and_puts_the_bridges_there(case: str, folder: Path) -> None:
    zones = layout(case).wifi.zones
    until = " && ".join(
        f"ip -brief address show dev {zone.interface} 2>/dev/null | grep -q {zone.gateway4}"
        for zone in zones
    )
    said = networkd(folder, until)
    assert complaints(said, "-posko-") == []
    for zone in zones:
        assert re.search(rf"(?m)^{zone.interface} .*{re.escape(zone.ipv4)}", said)


@pytest.mark.parametrize("case", ["external-ap"])
def test_a_port_with_access_points_joins_its_zone_and_is_kept_from_other_ports(
    folder: Path,
) -> None:
    said = networkd(folder, "ip -d link show dev eth1 | grep -q 'isolated on'")
    eth1 = said[said.rindex(" eth1@") :].split("\n\n")[0]
    assert "master br-taman" in eth1
    assert "isolated on" in eth1
    assert re.search(r"(?m)^eth0@\S+ +UP +192\.168\.1\.10/24", said)


@pytest.mark.parametrize("case", ["external-ap"])
def test_networkd_would_name_an_unknown_key(folder: Path) -> None:
    file = folder / "lib/systemd/network/50-posko-taman.network"
    file.write_text(file.read_text() + "Colour=red\n")
    assert complaints(networkd(folder, "ip link show br-taman"), "-posko-")


_DAEMON = """
mount -t cgroup2 none /sys/fs/cgroup
mkdir -p /run/etc /run/systemd/journal
cp -r /etc/systemd/. /run/etc
mount --bind /run/etc /etc/systemd
cp -r "$1"/lib/systemd/NAME.conf.d /etc/systemd/
chmod -R a+rX /etc/systemd
export SYSTEMD_LOG_LEVEL=debug SYSTEMD_LOG_TARGET=console
timeout 2 DAEMON > /run/said 2>&1 || true
cat /run/said
"""


@pytest.mark.parametrize("case", ["zero2w"])
@pytest.mark.parametrize(
    ("name", "effect"),
    [("journald", r"max_use=8\.0M"), ("timesyncd", r"server time\.cloudflare\.com")],
)
def test_a_drop_in_is_understood_and_has_its_effect(folder: Path, name: str, effect: str) -> None:
    daemon = systemd_daemon(f"systemd-{name}")
    script = _DAEMON.replace("NAME", name).replace("DAEMON", str(daemon))
    said = in_own_machine(script, folder)
    assert complaints(said, f"/{name}.conf.d/") == []
    assert re.search(effect, said)


@pytest.mark.parametrize("case", ["zero2w"])
def test_systemd_knows_the_keys_of_the_watchdog(folder: Path) -> None:
    """systemd reads system.conf as process 1 alone; its keys are words of the program."""
    known = systemd_daemon("systemd").read_bytes()
    text = (folder / "lib/systemd/system.conf.d/50-posko.conf").read_text()
    for key in re.findall(r"(?m)^(\w+)=", text):
        assert key.encode() + b"\0" in known


@given(boxes())
@given_settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_the_programs_take_the_files_of_any_box(tmp_path: Path, table: dict[str, Any]) -> None:
    loaded = settings.parse(table, source="posko.toml")
    assume(not mistakes(loaded))
    files = render(loaded, home=str(tmp_path))
    write(tmp_path, files)
    for path, file in files.items():
        if path.startswith("hostapd/"):
            hostapd_takes(file.text, tmp_path)
        if path.startswith("edge/dnsmasq"):
            subprocess.run([needs("dnsmasq"), "--test", "-C", str(tmp_path / path)], check=True)
    with a_network():
        for path in (path for path in files if path.startswith("nftables/")):
            subprocess.run([needs("nft"), "-c", "-f", str(tmp_path / path)], check=True)
