"""A Debian root as a tar, made once by mmdebstrap: what a box has before our package comes."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.programs import leave_out, needs

SUITE = "bookworm"
PACKAGES = (
    *("systemd", "systemd-sysv", "systemd-resolved", "systemd-timesyncd", "udev", "dbus"),
    *("kmod", "procps", "iproute2", "util-linux", "e2fsprogs", "tzdata", "netbase", "python3"),
    # what the package of the box depends on or recommends
    *("hostapd", "dnsmasq-base", "nginx-light", "nftables", "libnftables1", "openssl"),
    *("poppler-utils", "wireless-regdb", "libusb-1.0-0"),
    # phones, in the virtual machine
    *("wpasupplicant", "iw", "udhcpc", "busybox-static"),
)
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "posko"
_KEPT_S = 7 * 86400
_NOT_NEEDED = ("doc", "man", "locale", "info", "lintian")
_NO_INITRAMFS = (
    'chroot "$1" dpkg-divert --quiet --local --rename --add /usr/sbin/update-initramfs'
    ' && ln -sf /bin/true "$1/usr/sbin/update-initramfs"'
)


def rootfs(*more: str) -> Path:
    """The tar, with Debian's own kernel and `more` packages; minutes where it is not cached."""
    if os.geteuid() != 0:
        leave_out("a Debian root is made as root only")
    command = _mmdebstrap(more)
    made_by = hashlib.sha256("\0".join(command).encode()).hexdigest()[:16]
    tar = CACHE / f"rootfs-{SUITE}-{made_by}.tar"
    with only_one(tar):
        if not tar.exists():
            forget_old()
            _make(command, tar)
    return tar


@contextmanager
def only_one(made: Path) -> Iterator[None]:
    """Of all test processes one is in the block at a time, for what is made once for all."""
    made.parent.mkdir(parents=True, exist_ok=True)
    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def forget_old() -> None:
    """Remove from the cache what nobody has used for long; other trees of the project share it."""
    for path in CACHE.glob("*"):
        if time.time() - max(path.stat().st_atime, path.stat().st_mtime) > _KEPT_S:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _mmdebstrap(more: tuple[str, ...]) -> list[str]:
    include = ",".join((*PACKAGES, *more, f"linux-image-{_architecture()}"))
    return [
        *(
            needs("mmdebstrap"),
            "--quiet",
            "--mode=root",
            "--variant=minbase",
            f"--include={include}",
        ),
        *("--aptopt=Apt::Install-Recommends false", f"--essential-hook={_NO_INITRAMFS}"),
        *(f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in _NOT_NEEDED),
    ]


def _make(command: list[str], tar: Path) -> None:
    started, unfinished = time.monotonic(), tar.with_suffix(".new")
    mirror = _mirror()
    sources = [f"deb {mirror} {SUITE} main", f"deb {mirror}-security {SUITE}-security main"]
    done = subprocess.run(
        [*command, "--format=tar", SUITE, str(unfinished), *sources],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"mmdebstrap: {done.stderr[-2000:]}"
    unfinished.rename(tar)
    print(f"{tar} made in {time.monotonic() - started:.0f} s", file=sys.stderr)


def _architecture() -> str:
    asked = [needs("dpkg"), "--print-architecture"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def _mirror() -> str:
    """The one this machine has its own packages from."""
    asked = [needs("apt-get"), "indextargets", "--format", "$(REPO_URI) $(ORIGIN) $(CODENAME)"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    mirrors = [
        uri.rstrip("/")
        for uri, *of in map(str.split, listed.splitlines())
        if of == ["Debian", SUITE] and "security" not in uri
    ]
    return mirrors[0] if mirrors else "http://deb.debian.org/debian"
