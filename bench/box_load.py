"""A box with 512 MB under load for half an hour, in the virtual machine of tests/vm: box check 16.

Residents report by WiFi, some with a photo, and by SMS, while the pages of each face are asked for.
Nothing may be killed for lack of memory, nor begin anew. The minutes are the machine's: one of its
seconds is 1e9 of its instructions.
"""

import argparse
import itertools
import tempfile
from pathlib import Path

from bench.box import MEMORY_MB, PAGES
from tests.support.package import package
from tests.vm.appliance import DAEMONS, UNITS, Appliance, running
from tests.vm.places import OPEN, OWE
from tests.vm.residents import open_form, send, send_with_photo

PHONES = {"budi": OPEN, "siti": OWE}
PHOTO_EVERY = 4
PHOTO_BYTES = 3_000_000
A_ROUND_S = 20.0
_LOOKS_EVERY_S = 300.0


def main() -> None:
    """Boot it, keep it busy, print a line each five minutes."""
    parser = argparse.ArgumentParser(prog="make bench-load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    minutes = parser.parse_args().minutes
    with (
        tempfile.TemporaryDirectory(prefix="posko-load-") as folder,
        running(Path(folder), package(), memory_mb=MEMORY_MB) as appliance,
    ):
        appliance.box.run("systemctl", "is-system-running", "--wait", check=False)
        play(appliance, minutes)


def play(appliance: Appliance, minutes: float) -> None:
    """AssertionError if a program was killed or began anew."""
    box, before = appliance.box, _pids(appliance)
    for name, network in PHONES.items():
        appliance.phone(name).arrive(network)
    began_s = looked_s = box.uptime()
    print("minute  reports  photos  daemons, MiB  available, MiB")
    for number in itertools.count():
        now_s = _round(appliance, number)
        is_over = now_s - began_s >= minutes * 60
        if is_over or now_s - looked_s >= _LOOKS_EVERY_S:
            looked_s = now_s
            _print_line(appliance, (now_s - began_s) / 60, number + 1)
        if is_over:
            break
    _expect_nothing_killed(appliance, before)


def _round(appliance: Appliance, number: int) -> float:
    """Report by WiFi and by SMS, open each page; when that was over, on the machine's clock."""
    box, phone = appliance.box, appliance.phone([*PHONES][number % 2])
    began_s = box.uptime()
    submission, text = open_form(phone), f"lampu jalan mati di jl Kenari {number:04d}"
    if number % PHOTO_EVERY:
        send(phone, submission, text)
    else:
        send_with_photo(phone, submission, text, PHOTO_BYTES)
    appliance.modem.sms(f"+62812{number:08d}", f"sampah menumpuk di jl Nangka {number:04d}")
    for address, paths in PAGES.items():
        for path in paths:
            box.run("busybox", "wget", "-q", "-O", "/dev/null", address + path, check=False)
    box.run("sleep", str(max(0.0, A_ROUND_S - (box.uptime() - began_s))))
    return float(box.uptime())


def _print_line(appliance: Appliance, minute: float, rounds: int) -> None:
    held = sum(appliance.box.pss_mib(f"posko-{name}.service") for name in DAEMONS)
    available = appliance.box.memory_mib()["MemAvailable"]
    [(photos,)] = appliance.ask("SELECT count(*) FROM photos")
    line = f"{minute:6.0f}  {2 * rounds:7}  {photos:6}  {held:12.1f}  {available:14.0f}"
    print(line, flush=True)


def _pids(appliance: Appliance) -> dict[str, str]:
    asked = ["systemctl", "show", "--value", "--property=MainPID"]
    return {unit: appliance.box.run(*asked, unit).strip() for unit in UNITS}


def _expect_nothing_killed(appliance: Appliance, before: dict[str, str]) -> None:
    box = appliance.box
    killed = ("--grep=out of memory|oom-kill", "--case-sensitive=no", "--quiet")
    said = box.run("journalctl", "--dmesg", "--boot", "--no-pager", *killed, check=False)
    assert not said, said
    assert _pids(appliance) == before, "a program began anew"
    [(stored,)] = appliance.ask("SELECT count(*) FROM requests")
    print(f"nothing was killed, no daemon began anew; {stored} reports in the box's database")


if __name__ == "__main__":
    main()
