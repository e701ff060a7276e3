"""`posko-sync`: the composition root of the sync agent."""

import shutil
import sqlite3
import sys
import time
from pathlib import Path

from appliance.actions import health, sealing
from appliance.domain.ids import SiteCode
from appliance.runtime import clock, daemon, hardware, ids, release, update_state
from appliance.runtime.settings import Settings, Sync
from appliance.store import database, migrate
from sync_agent.agent import Agent, Machine
from sync_agent.housekeeper import Housekeeper
from sync_agent.link import Link
from sync_agent.renewal import Renewal


def main() -> int:
    """Run until SIGTERM; exit 0 after the current transaction."""
    return daemon.run(
        "posko-sync",
        "Carry the outbox to the city's broker and bring the city's answers back.",
        _body,
    )


def _body(settings: Settings) -> None:
    stop = daemon.stop_event()
    path, site = settings.store.path, settings.site.site_code
    migrate.ensure(path, site, ids.new_epoch)
    sealing.configure(path, settings.sealing.keys)
    db = database.connect(path)
    agent = assemble(db, path, site, settings.sync)
    daemon.notify("READY=1")
    agent.run(stop, on_turn=daemon.Watchdog())
    db.close()


def assemble(db: sqlite3.Connection, path: Path, site: SiteCode, sync: Sync) -> Agent:
    """The agent of the box whose open database lies at `path`, joined to its link to the broker."""
    housekeeper = Housekeeper(db, now=clock.now, monotonic_s=time.monotonic)
    pair = sync.tls_cert if sync.tls_cert == sync.tls_key else None
    renewal = Renewal(db, path, site, pair, now=clock.now, monotonic_s=time.monotonic)

    def keep_house() -> None:
        housekeeper()
        renewal()
        health.state(db, "update", update_state.gauges(), clock.now())

    agent = Agent(
        db,
        Machine(
            now=clock.now,
            monotonic_s=time.monotonic,
            new_epoch=ids.new_epoch,
            disk_free_bytes=lambda: shutil.disk_usage(path.parent).free,
            keep_house=keep_house,
            is_undervolted=lambda: hardware.look(path.parent).is_undervolted,
        ),
        city_keys=sync.city_keys,
    )
    agent.attach(
        Link(
            sync,
            site,
            boot_id=clock.boot_id(),
            connection_number=lambda: clock.now().mono_ms,
            on_up=agent.link_up,
            on_down=agent.link_down,
            on_message=agent.message,
            software=release.version(),
            on_alarm=lambda words: health.state(db, "sync", {"link_alarm": words}, clock.now()),
        )
    )
    return agent


if __name__ == "__main__":
    sys.exit(main())
