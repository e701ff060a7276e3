"""A virtual machine whose clock counts its own instructions: a busy host makes it slow, not late.

No hardware virtualisation is needed. While the machine is idle its time passes as outside.
"""

import contextlib
import socket
import subprocess
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.support.programs import needs
from tests.support.waiting import wait_for
from tests.vm.calls import receive, send
from tests.vm.disk import Disk, KeptDisk
from tests.vm.image import Image

TESTS = Path(__file__).parents[1]
_FOR_THE_AGENT = ("__init__.py", "support", "vm", "wifi")
_MASKED = (
    *("apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "fstrim.timer"),
    *("e2scrub_all.timer", "e2scrub_reap.service", "systemd-tmpfiles-clean.timer"),
    *("proc-sys-fs-binfmt_misc.automount", "systemd-binfmt.service", "dev-hugepages.mount"),
    *("sys-kernel-debug.mount", "sys-kernel-tracing.mount", "systemd-update-utmp.service"),
)
_KERNEL = (
    *("console=ttyS0", "quiet", "panic=-1", "mitigations=off", "nokaslr", "net.ifnames=0"),
    *("random.trust_cpu=on", "tsc=unstable", "systemd.show_status=no"),
    *(f"systemd.mask={unit}" for unit in _MASKED),
)
_CALL_S = 600.0


class Part:
    """An object of the machine's `World`: its methods are called there."""

    def __init__(self, machine: "Machine", name: str) -> None:
        self._machine, self._name = machine, name

    def __getattr__(self, method: str):
        if method.startswith("_"):
            raise AttributeError(method)
        return lambda *arguments, **options: self._machine.call(
            self._name, method, arguments, options
        )


class Machine:
    """One machine on a disk of its own in `folder`; `port` is the broker's on the host, `more` what
    qemu is told beside."""

    def __init__(
        self,
        image: Image,
        folder: Path,
        *,
        modem: Path,
        port: int,
        memory_mb: int = 768,
        make_disk: Callable[[Path], Disk] = KeptDisk,
        more: Iterable[str] = (),
    ) -> None:
        self._image, self._folder, self._modem = image, folder, modem
        self._port, self._memory_mb, self._more = port, memory_mb, more
        self.console = folder / "console.log"
        copy = [needs("cp"), "--sparse=always", str(image.disk), str(folder / "disk")]
        subprocess.run(copy, check=True)
        self._disk = make_disk(folder / "disk")
        self._powered = contextlib.ExitStack()

    def start(self) -> None:
        """Switch it on, and wait until its agent answers."""
        _tar_of_tests(self._folder / "tests.tar")
        self._disk.start()
        process = subprocess.Popen(self._command(), stdin=subprocess.DEVNULL)
        self._powered.callback(process.wait)
        self._powered.callback(process.kill)
        self._powered.callback(self._disk.cut)
        self._connect()

    def part(self, name: str) -> Part:
        return Part(self, name)

    def call(self, name: str, method: str, arguments: tuple, options: dict) -> object:
        """Call a method in the machine; raises what that raises."""
        send(self._line, (name, method, arguments, options))
        succeeded, answer = receive(self._line)
        if succeeded:
            return answer
        raise answer

    def cut(self) -> None:
        """Take its power away, also where it has none; from any thread: a call ends by OSError or
        EOFError."""
        self._powered.pop_all().close()

    def said(self) -> str:
        """What its console shows."""
        return self.console.read_text(errors="replace") if self.console.exists() else ""

    def _connect(self) -> None:
        address = str(self._folder / "agent")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_CALL_S)
            wait_for(lambda: connection.connect_ex(address) == 0, "qemu listens")
            self._line = connection.makefile("rwb", buffering=0)  # holds it open
        try:
            self.call("box", "uptime", (), {})
        except TimeoutError:
            raise AssertionError(f"the machine does not boot: {self.said()[-3000:]}") from None

    def _command(self) -> list[str]:
        image, folder = self._image, self._folder
        kernel = " ".join((*_KERNEL, f"test.broker={self._port}"))
        return [
            *(needs("setpriv"), "--pdeathsig", "KILL", "--", needs("qemu-system-x86_64")),
            *("-accel", "tcg,thread=single,tb-size=512", "-icount", "shift=0,sleep=on"),
            *("-cpu", "Nehalem", "-smp", "1", "-m", str(self._memory_mb), "-M", "q35"),
            *("-nodefaults", "-display", "none", "-rtc", "base=utc,clock=vm"),
            *("-kernel", str(image.kernel), "-initrd", str(image.initrd), "-append", kernel),
            *("-drive", f"{self._disk.drive},format=raw,if=virtio"),
            *("-drive", f"file={folder / 'tests.tar'},format=raw,if=virtio,readonly=on"),
            *("-serial", f"file:{self.console}"),
            *("-chardev", f"serial,id=modem,path={self._modem}", "-serial", "chardev:modem"),
            *("-device", "virtio-rng-pci", "-device", "virtio-serial-pci"),
            *("-chardev", f"socket,id=agent,path={folder / 'agent'},server=on,wait=off"),
            *("-device", "virtserialport,chardev=agent,name=agent"),
            *("-netdev", "user,id=host", "-device", "virtio-net-pci,netdev=host"),
            *self._more,
        ]


def _tar_of_tests(path: Path) -> None:
    """What the agent needs of the folder of tests."""
    with tarfile.open(path, "w") as tar:
        for name in _FOR_THE_AGENT:
            tar.add(TESTS / name, f"tests/{name}", filter=_only_python)
    padding = -path.stat().st_size % 512
    with path.open("ab") as file:
        file.write(bytes(padding))


def _only_python(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    wanted = entry.isdir() or entry.name.endswith(".py")
    return entry if wanted and "__pycache__" not in entry.name else None
