"""Memory of a box's daemons (PSS) against processes that only import the libraries they stand on.

The house of `make run` with a few hundred requests, after its pages were asked for. Daemons share
pages, so that PSS may be added. The gate needs the kernel of a box and is left out; the portal here
also pretends a WiFi.
"""

import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from appliance.actions.cases import intake
from appliance.domain.cases.service_request import Channel, Draft
from appliance.runtime import clock, ids
from appliance.store.database import connect
from bench.pss import pss_kib
from demo import broker
from demo.house import House, free_ports

REQUESTS = 300
SETTLES_S = 5
_FACE = "flask, waitress, sqlite3, msgspec"
LIBRARIES = {
    "portal": _FACE,
    "kiosk": _FACE,
    "desk": _FACE,
    "modem": "serial, sqlite3, msgspec",
    "sync": "paho.mqtt.client, sqlite3, msgspec",
}
PAGES = {
    "portal": ("/", "/lapor", "/papan", "/rapor", "/layanan", "/status?tiket=07123450"),
    "kiosk": ("/", "/lapor", "/status"),
    "desk": ("/masuk",),
}
_WAITS = "import sys, {}; print(flush=True); sys.stdin.read()"


def run() -> None:
    """Print a line for each daemon, and their sum."""
    with tempfile.TemporaryDirectory(prefix="posko-memory-") as folder:
        house = House(Path(folder), free_ports(), broker.choose())
        try:
            for child in house.children():
                house.supervisor.start(child)
            _use(house)
            own = {
                child.name: pss_kib(child.process.pid) / 1024
                for child in house.supervisor.children
                if child.process and child.name in LIBRARIES
            }
        finally:
            house.supervisor.stop()
    bare = _bare()
    print("\nmemory of a box: PSS in MiB, of bare imports, ratio")
    for name, mib in own.items():
        print(f"  {name:8} {mib:6.1f} {bare[name]:6.1f} {mib / bare[name]:6.1f} x")
    print(f"  {'together':8} {sum(own.values()):6.1f} {sum(bare.values()):6.1f}")


def _use(house: House) -> None:
    db = connect(house.settings.store.path)
    for number in range(REQUESTS):
        text = f"lampu jalan mati di jl Kenari {number}"
        intake.receive(
            db, Draft(channel=Channel.KIOSK, text=text, submission_id=ids.new_id()), clock.now()
        )
    db.close()
    for name, paths in PAGES.items():
        address = getattr(house.settings, name).listen
        for path in paths * 3:
            try:
                urllib.request.urlopen(f"http://{address}{path}").read()
            except urllib.error.HTTPError as error:
                error.read()
    time.sleep(SETTLES_S)


def _bare() -> dict[str, float]:
    """Processes that import the libraries only, all at once, since they share pages as well."""
    waiting = {
        name: subprocess.Popen(
            [sys.executable, "-c", _WAITS.format(libraries)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for name, libraries in LIBRARIES.items()
    }
    for process in waiting.values():
        assert process.stdout
        process.stdout.readline()
    held = {name: pss_kib(process.pid) / 1024 for name, process in waiting.items()}
    for process in waiting.values():
        process.communicate()
    return held


if __name__ == "__main__":
    run()
