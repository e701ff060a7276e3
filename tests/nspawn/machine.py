"""A Debian machine with our package: real systemd as PID 1, in systemd-nspawn.

It has a cable to the Internet and one to a phone; both end in `outside`, a namespace of the test.
"""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.nspawn import cgroups
from tests.support.programs import needs
from tests.support.waiting import wait_for
from tests.wifi.namespace import Namespace

CITY = "198.51.100.1"
"""Where the broker is, and all else outside."""
WAN, PORTAL, PHONE = "198.51.100.2", "10.77.0.1", "10.77.0.50"
_BOOT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A command that has ended."""

    status: int
    said: str


class Machine:
    """One machine below a folder; `boot` it, `run` commands as root on it, `kill` it."""

    leader = 0
    """Its PID 1, as this system counts."""
    controllers: tuple[Path, ...] = ()
    """Hierarchies of cgroups it has one of its own in, beside those systemd keeps its units in."""

    def __init__(self, root: Path, outside: Namespace) -> None:
        self.root, self.outside = root, outside
        self._log = root.with_suffix(".console")
        self.cgroups = cgroups.create(*self.controllers)

    def boot(self) -> None:
        """Start it and lay the cables; wait until the box is up."""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment(),
            )
        wait_for(self._can_be_entered, f"{self._log}: it can be entered")
        wait_for(lambda: "ve-box" in self.outside.run("ip", "-br", "link"), "it has a cable")
        self.outside.ip(
            *(f"address add {CITY}/24 dev ve-box", "link set ve-box up"),
            *(f"address add {PHONE}/24 dev phone", "link set phone up"),
        )
        self.wait_until_settled()

    def wait_until_settled(self) -> None:
        """Wait until the box is up; the journal of what failed, if it does not get there."""
        try:
            wait_for(self.is_settled, "the box is up", limit_s=_BOOT_S)
        except AssertionError as error:
            failed = self.run("systemctl", "list-units", "--failed", "--no-legend", "--plain").said
            names = [line.split()[0] for line in failed.splitlines()]
            raise AssertionError(f"{error}: {self.journal(*names)[-4000:]}") from None

    def wait_until_off(self) -> None:
        """Somebody has switched it off: until its last process has ended."""
        self._process.wait(60)
        self.leader = 0

    @property
    def console(self) -> str:
        """What has been told there since `boot`."""
        return self._log.read_text(errors="replace")

    def kill(self) -> None:
        """Take the power away for good."""
        if self.leader:
            os.kill(self.leader, signal.SIGKILL)
            self._process.wait(30)
        cgroups.remove(self.cgroups)

    def is_settled(self) -> bool:
        """Whether the target is there and nothing of ours is still to be started."""
        jobs = self.run("systemctl", "list-jobs", "--no-legend").said
        return self.show("posko.target", "ActiveState") == "active" and "posko" not in jobs

    def run(self, *command: str, user: str = "root", given: str = "") -> Done:
        """Run a command there and wait for its end."""
        entering = self._entering
        if user != "root":
            entering += ["runuser", "--user", user, "--"]
        done = subprocess.run(
            [*entering, *command], input=given, text=True, capture_output=True, check=False
        )
        return Done(status=done.returncode, said=done.stdout + done.stderr)

    def begin(self, *command: str) -> subprocess.Popen[str]:
        """Begin a command there, as root; what it says is one text."""
        return subprocess.Popen(
            [*self._entering, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def must(self, *command: str, given: str = "") -> str:
        """The same of what must not fail; what it said."""
        done = self.run(*command, given=given)
        assert done.status == 0, f"{command}: {done.said}"
        return done.said

    def show(self, unit: str, key: str) -> str:
        """A property of a unit; "": of the manager."""
        of = [unit] if unit else []
        return self.run("systemctl", "show", "--value", "--property", key, *of).said.strip()

    def pid(self, unit: str) -> str:
        """Of its main process, as the machine counts; "0": none."""
        return self.show(unit, "MainPID")

    def journal(self, *units: str) -> str:
        """What units, or all, have said since the boot."""
        of = [f"--unit={unit}" for unit in units]
        return self.must("journalctl", "--boot", "--no-pager", "--output=cat", *of)

    def drop_in(self, unit: str, text: str) -> None:
        """Change a unit until the next boot; no text: as it was."""
        file = f"/run/systemd/system/{unit}.d/90-test.conf"
        if text:
            self.must("mkdir", "-p", str(Path(file).parent))
            self.must("tee", file, given=text)
        else:
            self.must("rm", "-f", file)
        self.must("systemctl", "daemon-reload")

    @property
    def network(self) -> str:
        """Its network namespace, for `namespace.entered`."""
        return f"/proc/{self.leader}/ns/net"

    @property
    def _entering(self) -> list[str]:
        return [needs("nsenter"), "--target", str(self.leader), "--all", "--"]

    def _command(self) -> list[str]:
        nspawn = [
            *(needs("nsenter"), f"--net=/run/netns/{self.outside.name}"),
            *(needs("setpriv"), "--pdeathsig", "TERM", "--"),
            *(needs("systemd-nspawn"), "--quiet", "--register=no", "--keep-unit"),
            *(f"--directory={self.root}", "--machine=box", "--hostname=box"),
            *("--network-veth", "--network-veth-extra=phone:eth1"),
            *self._init(),
        ]
        return cgroups.entering(self.cgroups, nspawn)

    def _init(self) -> list[str]:
        """What begins as its PID 1."""
        return ["--boot", "systemd.show_status=0"]

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}

    def _can_be_entered(self) -> bool:
        """Finds the leader, too; nspawn's first child is none yet."""
        assert self._process.poll() is None, self._log.read_text(errors="replace")
        tasks = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        self.leader = int((tasks.read_text().split() or ["0"])[-1])
        return self.leader > 0 and self.run("systemctl", "list-jobs").status == 0
