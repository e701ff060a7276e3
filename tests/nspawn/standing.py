"""Machines that stand while a block lasts, and the city outside that hears them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine

from appliance.runtime import ids
from command_center.store import database, migrate
from mqtt_link.access import Access
from tests.conftest import SITE
from tests.nspawn.installing import install
from tests.nspawn.machine import CITY, Machine
from tests.support.programs import needs
from tests.support.running_city import RunningCity
from tests.wifi.namespace import Namespace

_BROKER = f"listener 1883 {CITY}\nallow_anonymous true\npersistence false\n"
M = TypeVar("M", bound=Machine)


@contextmanager
def standing(
    here: Path,
    name: str,
    kind: type[M],
    prepare: Callable[[Path], None] = install,
    *,
    root: Path | None = None,
) -> Iterator[M]:
    """A machine that has booted from what `prepare` puts below `root` (in `here` otherwise).

    Its cables end in the namespace `name`, which no other machine of this process may have.
    """
    outside = Namespace(name, here)
    made = kind(root or here / "box", outside)
    try:
        prepare(made.root)
        made.boot()
        yield made
    finally:
        made.kill()
        outside.remove()


def start_broker(machine: Machine, here: Path) -> None:
    """Where its city is, until its outside goes away."""
    (here / "mosquitto.conf").write_text(_BROKER)
    machine.outside.start("broker", needs("mosquitto"), "-c", str(here / "mosquitto.conf"))


@contextmanager
def hearing(machine: Machine, folder: Path, now: datetime) -> Iterator[Engine]:
    """A new city that hears the box and acknowledges; its database."""
    engine = database.connect(f"sqlite:///{folder}/center.db")
    migrate.ensure(engine, SITE.city, ids.new_epoch, now)
    access = Access(host=CITY, port=1883, client_id=f"posko-center-{SITE.city}")
    with machine.outside.entered():
        running = RunningCity(engine, access)
        running.start()
    try:
        yield engine
    finally:
        running.stop()
        engine.dispose()
