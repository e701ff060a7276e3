"""A Debian on a folder, on which packages are installed by the real dpkg and apt."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.programs import needs

SITE = '[site]\ncode = "14.71.07"\nname = "Bukit Raya"\ncity = "Kota Pekanbaru"\n'
_ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "DEBIAN_FRONTEND": "noninteractive",
    "LC_ALL": "C.UTF-8",
}


class Machine:
    """One root; no daemon runs on it, as policy-rc.d has it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def ask(self, *command: str, user: str = "root") -> "subprocess.CompletedProcess[str]":
        """Run a command on it."""
        chroot = [needs("chroot"), f"--userspec={user}:", str(self.root), *command]
        return subprocess.run(
            chroot, env=_ENVIRONMENT, capture_output=True, text=True, check=False, timeout=110
        )

    def run(self, *command: str, user: str = "root") -> str:
        """What a command says that must succeed."""
        done = self.ask(*command, user=user)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def install(self, deb: Path) -> str:
        """By apt, which looks at what it depends on; it knows no server to get anything from."""
        (self.root / "tmp" / deb.name).write_bytes(deb.read_bytes())
        options = ("-y", "-qq", "--no-install-recommends", "--allow-downgrades")
        return self.run("apt-get", "install", *options, f"/tmp/{deb.name}")

    def migrate(self) -> "subprocess.CompletedProcess[str]":
        """As posko-migrate does before any daemon starts."""
        return self.ask("sh", "-c", "umask 007; posko migrate", user="posko-sync")

    def schema(self) -> int:
        """How many migrations the database has seen."""
        return int(self.sql("PRAGMA user_version"))

    def sql(self, statement: str) -> str:
        """The first row of an answer, its values with blanks between them."""
        connect = "sqlite3.connect('/var/lib/posko/posko.db', isolation_level=None)"
        code = f"import sqlite3; print(*({connect}.execute({statement!r}).fetchone() or ()))"
        return self.run("python3", "-c", code, user="posko-sync").strip()


@contextmanager
def over(lower: str, folder: Path) -> Iterator[Machine]:
    """A machine whose changes are kept in a folder of their own, above layers that stay."""
    layers = {name: folder / name for name in ("upper", "work", "root")}
    for path in layers.values():
        path.mkdir(parents=True)
    options = f"lowerdir={lower},upperdir={layers['upper']},workdir={layers['work']}"
    mount = [needs("mount"), "-t", "overlay", "posko-test", "-o", options, str(layers["root"])]
    subprocess.run(mount, check=True)
    try:
        # systemd's makers of users and folders look at /proc.
        proc = ["-t", "proc", "proc", str(layers["root"] / "proc")]
        subprocess.run([needs("mount"), *proc], check=True)
        yield Machine(layers["root"])
    finally:
        umount = [needs("umount"), "--recursive", "--lazy", str(layers["root"])]
        subprocess.run(umount, check=True)
