"""A root with our package and settings, not yet started; what a technician has after installing."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.nspawn.machine import CITY, PORTAL, WAN
from tests.support.package import package
from tests.support.programs import leave_out, needs
from tests.support.rootfs import rootfs

PASSPHRASE = "rahasia kantor camat"
CONFIG = f"""\
[site]
code = "14.71.07"
name = "Bukit Raya"
city = "Kota Pekanbaru"

[wifi]
wan = "host0"
resolvers = ["{CITY}"]

[[wifi.zones]]
name = "kantor"
interface = "br-kantor"
ipv4 = "{PORTAL}/24"

[network]
wan_ipv4 = "{WAN}/24"
wan_gateway = "{CITY}"

[[network.ports]]
zone = "kantor"
interface = "eth1"

[[radio.devices]]
interface = "wlan0"
chip = "hwsim"
channel = 6

[[radio.networks]]
zone = "kantor"
ssid = "Posko Bukit Raya"
security = "wpa2"
passphrase = "{PASSPHRASE}"

[board]
screen = false
watchdog = false

[sync]
broker = "{CITY}"
"""
_PREFIX = "posko-nspawn"
_KERNEL = ("boot", "lib/modules", "usr/lib/modules")
"""It runs on this machine's."""
_NOBODY_STARTS = "#!/bin/sh\nexit 101\n"


@contextmanager
def folder() -> Iterator[Path]:
    """A folder in memory, as a root has thousands of files; gone when the block ends."""
    if os.geteuid() != 0:
        leave_out("a machine is booted as root only")
    for older in Path(tempfile.gettempdir()).glob(f"{_PREFIX}-*"):
        if not Path(f"/proc/{older.name.split('-')[2]}").exists():
            _take_away(older)
    made = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}-{os.getpid()}-"))
    try:
        _run(needs("mount"), "-t", "tmpfs", "-o", "mode=755", _PREFIX, str(made))
        yield made
    finally:
        _take_away(made)


def install(root: Path, *more: str, text: str = CONFIG) -> None:
    """A box that somebody has set up: a text as posko.toml, and the system's files made of it."""
    unpack(root, *more)
    config = root / "etc/posko/posko.toml"
    config.write_text(text)
    making = [sys.executable, "-m", "firmware_config", "--config", str(config)]
    for verb in ("apply", "confirm"):
        _run(*making, "--root", str(root), verb)


def unpack(root: Path, *more: str) -> None:
    """Unpack Debian with `more` packages and install ours."""
    root.mkdir()
    kernel = [f"--exclude=./{path}" for path in _KERNEL]
    _run(needs("tar"), "-C", str(root), *kernel, "-xpf", str(rootfs(*more)))
    policy = root / "usr/sbin/policy-rc.d"
    policy.write_text(_NOBODY_STARTS)
    policy.chmod(0o755)
    deb = package()
    _run(
        *(needs("systemd-nspawn"), "--quiet", "--register=no", "--keep-unit"),
        *(f"--directory={root}", f"--bind-ro={deb}:/root/posko.deb"),
        *("dpkg", "--install", "/root/posko.deb"),
    )


def _take_away(made: Path) -> None:
    subprocess.run([needs("umount"), "--lazy", str(made)], check=False, capture_output=True)
    shutil.rmtree(made)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
