"""`posko demo run`: start the house, print where to look, and stream what happens in it."""

import fcntl
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.domain.errors import PoskoError
from appliance.runtime import ids
from appliance.store import migrate
from appliance.store.commits import Watcher
from appliance.store.database import connect
from demo import broker, city_staff, house, journey, staff
from demo.house import House

LOOK_EVERY_S = 0.1


class AlreadyRunning(PoskoError, RuntimeError):
    """Another demonstration uses the same folder."""


def run(folder: Path) -> None:
    """Start everything, stream the journey until Ctrl-C or SIGTERM, stop everything."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    folder.mkdir(parents=True, exist_ok=True)
    with alone_in(folder):
        _run(House(folder, house.free_ports(), broker.choose()), stop)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder for this demonstration; raises AlreadyRunning."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(
                f"a demonstration already runs in {folder}; stop it first, or name another "
                "folder: posko demo --folder NAME run"
            ) from None
        yield


def _run(place: House, stop: threading.Event) -> None:
    try:
        for child in place.children():
            if stop.is_set():
                return
            print(f"starting {child.name} ...", flush=True)
            place.supervisor.start(child)
        db = _database(place)
        city = city_staff.password(place.folder, place.settings.center.database)
        print(_table(place, staff.password(place.folder, db), city), flush=True)
        _follow(place, db, stop)
        db.close()
    finally:
        print("\nstopping ...", flush=True)
        place.supervisor.stop()


def _table(place: House, password: str, city: str) -> str:
    loaded = place.settings
    posko = Path(sys.executable).with_name("posko")
    shown = posko.relative_to(Path.cwd()) if posko.is_relative_to(Path.cwd()) else posko
    config = place.config
    if config.is_relative_to(Path.cwd()):
        config = config.relative_to(Path.cwd())
    key, names = config.parent / house.SEALING_KEY, "|".join(city_staff.POSTS)
    return f"""
  Posko {loaded.site.name}, {loaded.site.city} - demonstration, data in {config.parent}/

  Portal (residents' phones)   http://{loaded.portal.listen}/
  Kiosk (the hall)             http://{loaded.kiosk.listen}/
  Desk (the kecamatan's staff) http://{loaded.desk.listen}/  name {staff.NAME}, password {password}
  Command center (the city)    http://{loaded.center.listen}/  name {names}, password {city}
  Send an SMS                  {shown} demo sms 081234567890 "lampu jalan mati di jl Sudirman"
  Look inside                  {shown} status --config {config}
                               {shown} requests --config {config}
  Open a confidential report   {shown}-center unseal TICKET --key {key} --config {config}

  Ctrl-C stops everything. The journey of each complaint:
"""


def _database(place: House) -> sqlite3.Connection:
    loaded = place.settings
    migrate.ensure(loaded.store.path, loaded.site.site_code, ids.new_epoch)
    return connect(loaded.store.path)


def _follow(place: House, db: sqlite3.Connection, stop: threading.Event) -> None:
    watcher = Watcher(db)
    seen = journey.look(db)
    while not stop.wait(LOOK_EVERY_S):
        for name in place.supervisor.revive():
            _say(f"{name} had died and was started again")
        if watcher.changed():
            fresh = journey.look(db)
            for line in journey.news(seen, fresh):
                _say(line)
            seen = fresh


def _say(line: str) -> None:
    print(f"  {time.strftime('%H:%M:%S')}  {line}", flush=True)
