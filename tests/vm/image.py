"""The disk of a box: a Debian root with our package installed and its site file applied.

`overlay/` is laid over it before: the site file, and what a test needs beside the package.
"""

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.support.programs import needs
from tests.support.rootfs import CACHE, forget_old, only_one, rootfs
from tests.vm.places import AUTHORITY, PORTAL_HOST
from tests.wifi.authority import Authority
from tests.wifi.places import HOSTS, PROBES

_OVERLAY = Path(__file__).with_name("overlay")
_DISK_BYTES = 2 * 1024**3
_MODULES = re.compile(
    r"kernel/(net|crypto|lib|fs/(ext4|jbd2|mbcache|autofs|fat|exfat|nls)|arch/[^/]+/crypto)[/.]"
    r"|/(virtio\w*|veth|mac80211_hwsim|dummy|bridge|failover|net_failover|rng-core)\.ko"
    r"|/(usb-common|usbcore|xhci-\w+|usb-storage|scsi_\w+|sd_mod|t10-pi)\.ko"
)
"""A machine of ours needs no others; the rest is nine tenths of the disk."""
_TO_MOUNT = ("virtio_pci", "virtio_blk", "ext4", "crc32c_generic")
_INIT = """\
#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs dev /dev
for module in $(/bin/busybox cat /order); do /bin/busybox insmod /modules/$module; done
until [ -b /dev/vda ]; do /bin/busybox sleep 0.05; done
/bin/busybox mount -t ext4 /dev/vda /new
/bin/busybox mount --move /dev /new/dev
/bin/busybox umount /proc
exec /bin/busybox switch_root /new /sbin/init
"""


@dataclass(frozen=True, slots=True)
class Image:
    """Files of one folder; none is changed by a machine that runs."""

    folder: Path

    @property
    def kernel(self) -> Path:
        return self.folder / "vmlinuz"

    @property
    def initrd(self) -> Path:
        return self.folder / "initrd"

    @property
    def disk(self) -> Path:
        """Raw, ext4, no partitions."""
        return self.folder / "disk"


def image(package: Path) -> Image:
    """Made once for each package; takes half a minute."""
    tar = rootfs()
    made = Image(CACHE / f"vm-{_hash([Path(__file__), tar, package, *_files()])}")
    with only_one(made.folder):
        if not made.folder.exists():
            forget_old()
            _make(made, tar, package)
    return made


def _files() -> list[Path]:
    return sorted(path for path in _OVERLAY.rglob("*") if path.is_file())


def _hash(inputs: Iterable[Path]) -> str:
    """Of contents, and the day, for certificates; a tar of the cache is known by its name."""
    digest = hashlib.sha256(datetime.now(UTC).date().isoformat().encode())
    for path in inputs:
        digest.update(path.name.encode() if path.suffix == ".tar" else path.read_bytes())
    return digest.hexdigest()[:16]


def _make(made: Image, tar: Path, package: Path) -> None:
    draft = Image(made.folder.with_name("vm-draft"))
    shutil.rmtree(draft.folder, ignore_errors=True)
    root = draft.folder / "root"
    root.mkdir(parents=True)
    _run(needs("tar"), "--extract", f"--file={tar}", f"--directory={root}")
    [modules] = (root / "usr/lib/modules").iterdir()
    shutil.move(root / f"boot/vmlinuz-{modules.name}", draft.kernel)
    _keep_few(modules)
    _run(needs("depmod"), "-b", str(root), modules.name)
    _install(root, package)
    _certify(root)
    shutil.copytree(_OVERLAY, root, dirs_exist_ok=True, symlinks=True)
    _apply(root)
    for folder in ("etc", "var"):  # nothing is left to do for systemd at the first boot
        (root / folder / ".updated").touch()
    _make_initrd(draft, root, modules.name)
    with draft.disk.open("wb") as disk:
        disk.truncate(_DISK_BYTES)
    _run(needs("mke2fs"), "-q", "-F", "-t", "ext4", "-d", str(root), str(draft.disk))
    shutil.rmtree(root)
    draft.folder.rename(made.folder)


def _keep_few(modules: Path) -> None:
    for path in modules.rglob("*.ko*"):
        if not _MODULES.search(path.relative_to(modules).as_posix()):
            path.unlink()


def _install(root: Path, package: Path) -> None:
    """As apt does it, but for the download; a dependency that is missing fails it."""
    shutil.copy(package, root / "tmp/posko.deb")
    _inside(root, "dpkg", "--install", "/tmp/posko.deb")
    (root / "tmp/posko.deb").unlink()


def _certify(root: Path) -> None:
    """An authority that the box and its phones trust, for the portal and the Internet's web."""
    folder = root / AUTHORITY.relative_to("/")
    folder.mkdir()
    authority = Authority(folder)
    authority.certify(PORTAL_HOST)
    authority.certify(*HOSTS, *(probe.host for probe in PROBES))
    shutil.copy(authority.path, root / "etc/ssl/certs/ca-certificates.crt")


def _apply(root: Path) -> None:
    """As a technician does it; where no systemd runs, the next boot begins with it."""
    proc = root / "proc"
    _run(needs("mount"), "--bind", "/proc", str(proc))
    try:
        _inside(root, "chown", "root:posko", "/etc/posko/posko.toml")
        _inside(root, "chmod", "640", "/etc/posko/posko.toml")
        _inside(root, "posko-firmware", "apply")
        _inside(root, "posko-firmware", "confirm")
    finally:
        _run(needs("umount"), "--lazy", str(proc))


def _inside(root: Path, *command: str) -> None:
    environment = (
        "env",
        "-i",
        "DEBIAN_FRONTEND=noninteractive",
        "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
    )
    _run(needs("chroot"), str(root), *environment, *command)


def _make_initrd(draft: Image, root: Path, release: str) -> None:
    """Busybox, and the modules that the disk needs."""
    home = draft.folder / "initrd.d"
    for name in ("bin", "modules", "new", "proc", "dev"):
        (home / name).mkdir(parents=True)
    shutil.copy(root / "bin/busybox", home / "bin/busybox")
    order = dict.fromkeys(path for name in _TO_MOUNT for path in _needed(root, release, name))
    for path in order:
        shutil.copy(path, home / "modules" / path.name)
    (home / "order").write_text("\n".join(path.name for path in order))
    (home / "init").write_text(_INIT)
    (home / "init").chmod(0o755)
    names = "\n".join(str(path.relative_to(home)) for path in home.rglob("*"))
    pack = [needs("cpio"), "--create", "--format=newc", "--quiet"]
    draft.initrd.write_bytes(_run(*pack, given=names.encode(), where=home))
    shutil.rmtree(home)


def _needed(root: Path, release: str, module: str) -> list[Path]:
    """Of a module all that must be loaded, in order; nothing where the kernel has it built in."""
    asked = [needs("modprobe"), "-d", str(root), "-S", release, "--show-depends", module]
    lines = _run(*asked).decode().splitlines()
    return [Path(line.split()[1]) for line in lines if line.startswith("insmod")]


def _run(*command: str, given: bytes = b"", where: Path | None = None) -> bytes:
    done = subprocess.run(command, input=given, cwd=where, capture_output=True, check=False)
    assert done.returncode == 0, f"{command}: {(done.stdout + done.stderr)[-3000:]!r}"
    return done.stdout
