"""A box of the made image in qemu: its card, its power, and what a technician sees of it by ssh.

The kernel, initrd and words are those on the card's own boot partition, which a Pi's firmware reads
and qemu does not.
"""

import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support.ports import unused_ports
from tests.support.programs import needs
from tests.support.qmp import Qmp
from tests.support.waiting import wait_for

MIB = 1024 * 1024
CARD_MB = 4096
_BOOT_PARTITION = 1 * MIB
_BOOT_S = 1200.0
_COMMAND_S = 900.0
_CONSOLE = "console=ttyAMA0 loglevel=4 systemd.show_status=yes"


@dataclass(frozen=True, kw_only=True)
class Board:
    """What qemu pretends to be."""

    name: str
    options: tuple[str, ...]
    words: str
    """For the kernel, beside those of cmdline.txt."""


VIRT = Board(
    name="virt",
    options=(
        *("-M", "virt", "-cpu", "cortex-a53", "-smp", "2", "-m", "1024"),
        *("-device", "virtio-rng-pci", "-device", "virtio-blk-pci,drive=card"),
        *("-device", "virtio-net-pci,netdev=wire"),
    ),
    # Radios that are not there, so that setup, hostapd, dnsmasq and nginx have one to serve.
    words="modules-load=mac80211_hwsim mac80211_hwsim.radios=1",
)
WITH_SCREEN = Board(
    name="virt with a screen",
    options=(
        *(*VIRT.options, "-m", "2048"),  # qemu takes the last
        *("-device", "virtio-gpu-pci,xres=1280,yres=800", "-device", "virtio-tablet-pci"),
    ),
    # Of qemu's screen Debian's Mesa has no driver; cage would end with it.
    words=f"{VIRT.words} systemd.setenv=WLR_RENDERER=pixman",
)
RASPI3B = Board(
    name="raspi3b",
    # Its USB loses what a network card sends, so nobody comes by ssh.
    options=("-M", "raspi3b", "-device", "sd-card,drive=card", "-device", "usb-net,netdev=wire"),
    words="earlycon=pl011,mmio32,0x3f201000",
)


class Refused(RuntimeError):
    """A command in the box failed; the text is what it said."""


class ImageBox:
    """One card, written from `image`, in `folder`."""

    def __init__(self, image: Path, folder: Path, board: Board = VIRT) -> None:
        self._folder, self._board = folder, board
        self.console = folder / "console.log"
        self.qemu = Qmp(folder / "qmp")
        self.screen_cable = folder / "vnc"
        self._card, self._key = folder / "card", folder / "key"
        self._known_hosts = folder / "known_hosts"
        [self._port] = unused_ports(1)
        self._process: subprocess.Popen[bytes] | None = None
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _done("cp", "--sparse=always", str(image), str(self._card))
        os.truncate(self._card, CARD_MB * MIB)
        _done("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self._key))
        self._mtools("mcopy", str(self._key.with_suffix(".pub")), "::authorized_keys")
        for pattern in ("vmlinuz-*", "initrd.img-*", "cmdline.txt", "*.dtb"):
            self._mtools("mcopy", "-n", f"::{pattern}", str(folder))

    def power_on(self) -> None:
        """Switch it on; its console goes on in the same file."""
        self._process = subprocess.Popen(
            self._command(), stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )

    def cut(self) -> None:
        """Take its power away, if it has any: SIGKILL."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def wait_for_ssh(self) -> None:
        """Until a technician is let in; AssertionError with the console's end if never."""
        started_s = time.monotonic()
        while self._ssh("true", limit_s=60).returncode:
            self._expect_power()
            waited_s = time.monotonic() - started_s
            assert waited_s < _BOOT_S, f"no ssh after {waited_s:.0f} s:\n{self.said()[-3000:]}"
            time.sleep(1)

    def wait_to_say(self, words: str) -> None:
        """Until the console shows them; AssertionError with its end if never."""
        until_s = time.monotonic() + _BOOT_S
        while not re.search(words, self.said()):
            self._expect_power()
            assert time.monotonic() < until_s, f"never said {words}:\n{self.said()[-3000:]}"
            time.sleep(1)

    def _expect_power(self) -> None:
        assert self._process, "it was never switched on"
        assert self._process.poll() is None, f"qemu ended:\n{self.said()[-3000:]}"

    def wait_until_gone(self) -> None:
        """Until it no longer answers, as it goes down to restart."""
        wait_for(lambda: self._ssh("true", limit_s=20).returncode, "it goes down", limit_s=300)

    def run(self, command: str, *, sent: str = "") -> str:
        """What a command of root's shell prints; raises Refused."""
        done = self._ssh(command, limit_s=_COMMAND_S, sent=sent)
        if done.returncode:
            raise Refused(f"{command}: {done.stdout}{done.stderr}")
        return done.stdout

    def succeeds(self, command: str) -> bool:
        """Whether the command ends well."""
        return self._ssh(command, limit_s=_COMMAND_S).returncode == 0

    def is_read_only(self) -> bool:
        """Whether its system cannot be written by anybody, whatever their view of it."""
        return self.run("findmnt --noheadings --output FS-OPTIONS /").split(",")[0].strip() == "ro"

    def send(self, file: Path, path: str) -> None:
        """Copy a file into the box."""
        with file.open("rb") as content:
            subprocess.run([*self._ssh_words, f"cat >{path}"], stdin=content, check=True)

    def said(self) -> str:
        """What its console showed, without colours."""
        text = self.console.read_text(errors="replace") if self.console.exists() else ""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", text)

    def _ssh(
        self, command: str, *, limit_s: float, sent: str = ""
    ) -> subprocess.CompletedProcess[str]:
        words = [*self._ssh_words, command]
        try:
            return subprocess.run(
                words, input=sent, capture_output=True, text=True, check=False, timeout=limit_s
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(words, 255, "", f"no end after {limit_s:.0f} s")

    @property
    def _ssh_words(self) -> list[str]:
        options = {
            # The second boot must show the keys of the first.
            "StrictHostKeyChecking": "accept-new",
            "UserKnownHostsFile": str(self._known_hosts),
            "BatchMode": "yes",
            "ConnectTimeout": "30",
            "LogLevel": "ERROR",
        }
        given = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        port = ["-p", str(self._port), "-i", str(self._key)]
        return [needs("ssh"), *given, *port, "root@127.0.0.1"]

    def _command(self) -> list[str]:
        [kernel], [initrd] = self._folder.glob("vmlinuz-*"), self._folder.glob("initrd.img-*")
        words = (self._folder / "cmdline.txt").read_text().strip()
        board = list(self._board.options)
        if self._board is RASPI3B:
            board += ["-dtb", str(self._folder / "bcm2837-rpi-3-b.dtb")]
        if self._board is WITH_SCREEN:
            board += ["-vnc", f"unix:{self.screen_cable}"]
        return [
            needs("qemu-system-aarch64"),
            *board,
            *("-kernel", str(kernel), "-initrd", str(initrd)),
            *("-append", f"{words} {_CONSOLE} {self._board.words}"),
            *("-drive", f"file={self._card},format=raw,if=none,id=card"),
            *("-netdev", f"user,id=wire,hostfwd=tcp:127.0.0.1:{self._port}-:22"),
            *self.qemu.options,
            *("-display", "none", "-no-reboot" if self._board is RASPI3B else "-nodefaults"),
            *("-chardev", f"file,id=line,path={self.console},append=on", "-serial", "chardev:line"),
        ]

    def _mtools(self, program: str, *arguments: str) -> None:
        _done(program, "-i", f"{self._card}@@{_BOOT_PARTITION}", *arguments)


def _done(program: str, *arguments: str) -> None:
    subprocess.run([needs(program), *arguments], check=True)
