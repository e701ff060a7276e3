"""A box with 512 MB, in the virtual machine of tests/vm: how soon it is ready, and what it holds.

Memory is PSS, after residents have complained and the pages of each face were asked for, and once
kiosk and desk sleep. The machine's second is 1e9 of its instructions, whatever the host is at.
"""

import tempfile
from pathlib import Path

from tests.support.package import package
from tests.vm.appliance import DAEMONS, UNITS, Appliance, running
from tests.vm.places import OPEN
from tests.vm.residents import complain

MEMORY_MB = 512
COMPLAINTS = 30
GOAL_MIB = 110
"""For all of our daemons, without the browser."""
PAGES = {
    "http://127.0.0.1:8080": (
        "/",
        "/lapor",
        "/papan",
        "/rapor",
        "/layanan",
        "/status?tiket=07123450",
    ),
    "http://127.0.0.1:8081": ("/", "/lapor", "/status"),
    "http://127.0.0.1:8082": ("/masuk",),
}
_SOON = "[sleep]\\nafter_s = 5\\n"
OTHERS = ("posko-nginx", "posko-dnsmasq", "posko-dnsmasq-offline", "posko-hostapd@wlan0")


def main() -> None:
    """Boot it, use it, print."""
    with (
        tempfile.TemporaryDirectory(prefix="posko-box-") as folder,
        running(Path(folder), package(), memory_mb=MEMORY_MB) as appliance,
    ):
        appliance.box.run("systemctl", "is-system-running", "--wait", check=False)
        _print_boot(appliance)
        _use(appliance)
        _print_memory(appliance, "all faces in use")
        _wait_for_sleep(appliance)
        _print_memory(appliance, "nobody at kiosk and desk")


def _print_boot(appliance: Appliance) -> None:
    print("\nready after the kernel's begin, in s of 1e9 instructions")
    for unit in sorted(UNITS, key=appliance.ready_after_s):
        print(f"  {unit.removesuffix('.service'):24} {appliance.ready_after_s(unit):6.1f}")
    print(f"  {'no job left':24} {appliance.finished_after_s():6.1f}")


def _use(appliance: Appliance) -> None:
    phone = appliance.phone("budi")
    phone.arrive(OPEN)
    for number in range(COMPLAINTS):
        assert complain(phone, f"lampu jalan mati di jl Kenari {number}").startswith("/tiket/")
    for address, paths in PAGES.items():
        for path in paths * 3:
            wget = ["busybox", "wget", "-q", "-O", "/dev/null", address + path]
            appliance.box.run(*wget, check=False)


def _wait_for_sleep(appliance: Appliance) -> None:
    """As a quarter of an hour later; the desk sleeps once it has an administrator."""
    box, faces = appliance.box, ("posko-kiosk", "posko-desk")
    box.run("posko", "desk", "add", "--role", "admin", "tini")
    box.run("sh", "-c", f"printf '{_SOON}' > /etc/posko/posko.d/sleep.toml")
    box.run("systemctl", "restart", *faces)
    for unit in faces:
        while "asleep" not in box.run("systemctl", "show", "--property=StatusText", unit):
            box.run("sleep", "5")


def _print_memory(appliance: Appliance, when: str) -> None:
    box = appliance.box
    held = {name: box.pss_mib(f"posko-{name}.service") for name in DAEMONS}
    print(f"\nmemory held (PSS), MiB, {when}")
    for name, mib in held.items():
        print(f"  {name:24} {mib:6.1f}")
    print(f"  {'our daemons together':24} {sum(held.values()):6.1f} (goal {GOAL_MIB})")
    shared = box.shared_file_mib("test-agent.service")
    print(f"  {'without the test beside them':24} {sum(held.values()) + shared:6.1f}")
    for unit in (*OTHERS, "test-agent"):
        print(f"  {unit:24} {box.pss_mib(f'{unit}.service'):6.1f}")
    memory = box.memory_mib()
    used = memory["MemTotal"] - memory["MemAvailable"]
    print(
        f"whole box: {memory['MemTotal']:.0f} MiB for programs and cache of {MEMORY_MB} MB, "
        f"{used:.0f} used, {memory['MemAvailable']:.0f} available"
    )


if __name__ == "__main__":
    main()
