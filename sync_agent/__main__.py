"""`posko-sync`: the composition root of the sync agent."""

import argparse
import shutil
import sqlite3
import sys
import time
from functools import partial
from pathlib import Path

from appliance.actions.box import health, software
from appliance.actions.privacy import sealing
from appliance.domain.ids import SiteCode
from appliance.runtime import clock, daemon, hardware, ids, release, settings, update_state
from appliance.runtime.broker_settings import Sync
from appliance.runtime.settings import Settings
from appliance.store import database, migrate
from sync_agent.agent import Agent, Machine
from sync_agent.housekeeper import Housekeeper
from sync_agent.link import Link
from sync_agent.renewal import Renewal
from sync_agent.settings_keeper import Check, SettingsKeeper


def main() -> int:
    """Run until SIGTERM; exit 0 after the current transaction."""
    parser = daemon.parser(
        "posko-sync", "Carry the outbox to the city's broker and bring the city's answers back."
    )
    return daemon.run_with(parser, _body)


def _body(loaded: Settings, args: argparse.Namespace) -> None:
    stop = daemon.stop_event()
    path, site = loaded.store.path, loaded.site.site_code
    migrate.ensure(path, site, ids.new_epoch)
    sealing.configure(path, loaded.sealing.keys)
    db = database.connect(path)
    check = partial(settings.check_city, settings.find(args.config))
    agent = assemble(db, path, site, loaded.sync, check)
    daemon.notify("READY=1")
    agent.run(stop, on_turn=daemon.Watchdog())
    db.close()


def assemble(
    db: sqlite3.Connection,
    path: Path,
    site: SiteCode,
    sync: Sync,
    check: Check = lambda _: None,
) -> Agent:
    """The agent of the box whose open database lies at `path`, joined to its link to the broker;
    `check` says whether this box can take what the city sets."""
    housekeeper = Housekeeper(db, now=clock.now, monotonic_s=time.monotonic)
    pair = sync.tls_cert if sync.tls_cert == sync.tls_key else None
    renewal = Renewal(db, path, site, pair, now=clock.now, monotonic_s=time.monotonic)

    def keep_house() -> None:
        housekeeper()
        renewal()
        waits = software.keep_house(db, release.version(), clock.now())
        health.state(db, "update", {**update_state.gauges(), **waits}, clock.now())

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
        keeper=SettingsKeeper(db, path, check, sync.keep),
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
            wakes=[agent.listener],
            on_alarm=lambda words: health.state(db, "sync", {"link_alarm": words}, clock.now()),
        )
    )
    return agent


if __name__ == "__main__":
    sys.exit(main())
