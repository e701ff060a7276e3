"""What the daemons of a box do while nobody asks for anything: how much of a processor they take,
and how often they wake up.

The house of `make run`, whose portal also pretends a WiFi; as root the gate too, on a network of
its own, without sessions and with some.
"""

import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from demo import broker
from demo.house import House, free_ports
from tests.support.waiting import wait_for
from tests.wifi.hotspot import Hotspot
from tests.wifi.lab import a_lab
from tests.wifi.places import OFFICE

SESSIONS = 100
SETTLES_S, MEASURED_S = 15, 60
FACES_SLEEP_S = 60
"""So long after their start kiosk and desk sleep until somebody asks."""
DAEMONS = ("portal", "kiosk", "desk", "modem", "sync")


def run() -> None:
    """Print a line for each daemon."""
    print("\nidle daemons of a box: ms of a processor in a minute, wakes a second")
    with tempfile.TemporaryDirectory(prefix="posko-idle-") as folder:
        _measure_house(Path(folder))
    if os.geteuid() == 0:
        with tempfile.TemporaryDirectory(prefix="posko-idle-") as folder:
            _measure_gate(Path(folder))


def _measure_house(folder: Path) -> None:
    house = House(folder, free_ports(), broker.choose())
    try:
        for child in house.children():
            house.supervisor.start(child)
        started = {one.name: one.process.pid for one in house.supervisor.children if one.process}
        time.sleep(FACES_SLEEP_S)
        _measure({name: pid for name, pid in started.items() if name in DAEMONS})
    finally:
        house.supervisor.stop()


def _measure_gate(folder: Path) -> None:
    folder.chmod(0o755)
    with a_lab(folder) as lab:
        lab.client()  # a bridge without a port has no carrier
        hotspot = Hotspot(lab, zone=f"max_sessions = {SESSIONS}")
        hotspot.start()
        _measure({"gate": hotspot.gate.pid})
        opened = [
            hotspot.open_for(f"02:00:00:00:01:{number:02x}", OFFICE) for number in range(SESSIONS)
        ]
        wait_for(lambda: all(hotspot.stored(one).is_open for one in opened), "sessions are open")
        _measure({f"gate, {SESSIONS} sessions": hotspot.gate.pid})


def _measure(pids: Mapping[str, int]) -> None:
    time.sleep(SETTLES_S)
    before = {name: _work(pid) for name, pid in pids.items()}
    time.sleep(MEASURED_S)
    for name, pid in pids.items():
        cpu_ms, wakes = (now - then for now, then in zip(_work(pid), before[name], strict=True))
        print(f"  {name:20} {cpu_ms * 60 / MEASURED_S:6.0f} {wakes / MEASURED_S:6.1f}")


def _work(pid: int) -> tuple[float, int]:
    """Of all threads of a process: ms on a processor, and how often they have gone to sleep."""
    cpu_ms, sleeps = 0.0, 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        cpu_ms += int((task / "schedstat").read_text().split()[0]) / 1e6
        status = (task / "status").read_text()
        sleeps += int(status.split("\nvoluntary_ctxt_switches:")[1].split()[0])
    return cpu_ms, sleeps


if __name__ == "__main__":
    run()
