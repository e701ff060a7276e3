"""The programs that read a box's system files, each made to read one and to say what it thinks."""

import os
import re
import select
import subprocess
import time
from pathlib import Path

from firmware_config.rendering import File
from tests.support.programs import leave_out, needs

_SYSTEMD = Path("/lib/systemd")
_PATIENCE_S = 10.0
_COMPLAINT = re.compile(r"(?i)unknown|invalid|failed to parse|bad line|missing '='|not in section")


def write(folder: Path, files: dict[str, File]) -> None:
    """The files below a folder."""
    for path, file in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(file.text)
        (folder / path).chmod(file.mode)


def hostapd_takes(text: str, folder: Path) -> None:
    """Let hostapd parse a file; it goes on to its radio only when every line is right.

    Without a radio it has `driver=none`, and whether a channel can be had is not seen.
    """
    file = folder / "hostapd.conf"
    file.write_text(text.replace("driver=nl80211", "driver=none").replace("/run/", f"{folder}/"))
    process = subprocess.Popen(
        [needs("hostapd"), str(file)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        said = _said_until(process, b"interface state")
    finally:
        process.kill()
        process.communicate()
    assert b"interface state" in said, said.decode()


def in_own_machine(script: str, folder: Path) -> str:
    """What a script says in a network and mounts of its own; /run is empty, `$1` is the folder.

    /sys is read-only, by which systemd-networkd knows that it need not wait for udev.
    """
    if os.geteuid() != 0:
        leave_out("namespaces need root")
    before = (
        "set -eu; umask 022; mount -t sysfs -o ro none /sys; mount -t tmpfs -o mode=755 none /run"
    )
    done = subprocess.run(
        [
            "unshare",
            "--mount",
            "--net",
            "sh",
            "-c",
            f"{before}; ip link set lo up\n{script}",
            "sh",
            str(folder),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def systemd_daemon(name: str) -> Path:
    """A daemon of systemd's; where it is not installed the test is left out."""
    path = _SYSTEMD / name
    if not path.exists():
        leave_out(f"{path} is not installed")
    return path


def complaints(said: str, folder: str) -> list[str]:
    """Lines about files below a folder that say something is wrong."""
    lines = said.splitlines()
    return [line for line in lines if folder in line and _COMPLAINT.search(line)]


def _said_until(process: "subprocess.Popen[bytes]", words: bytes) -> bytes:
    assert process.stdout is not None
    said, until = b"", time.monotonic() + _PATIENCE_S
    while words not in said and time.monotonic() < until:
        ready, _, _ = select.select([process.stdout], [], [], 0.5)
        piece = os.read(process.stdout.fileno(), 1 << 16) if ready else b""
        if ready and not piece:
            break
        said += piece
    return said
