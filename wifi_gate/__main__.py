"""Composition root of `posko-gate`."""

import argparse
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path

from appliance.domain.wifi import capport
from appliance.runtime import clock, daemon, ids, restarting, settings
from appliance.runtime.neighbours import neighbours
from appliance.runtime.refusal import refusals_told
from appliance.runtime.settings import Settings
from appliance.runtime.uplink_watch import UplinkWatch, resolvers_of
from appliance.store import migrate
from appliance.store.connection import BoxConnection
from appliance.store.database import connect
from wifi_gate import forwarding
from wifi_gate.accounts import Accounts
from wifi_gate.conntrack import Conntrack
from wifi_gate.gate import Edges, Gate
from wifi_gate.nft import Nft
from wifi_gate.problems import Problems
from wifi_gate.router_advert import RouterAdvertiser
from wifi_gate.ruleset import Office
from wifi_gate.shaper import Shaper
from wifi_gate.table import Table

log = logging.getLogger(__name__)

PROGRAM = "posko-gate"


def main() -> int:
    """Guard the WiFi until SIGTERM, or take the guard away; return the exit status."""
    parser = daemon.parser(
        PROGRAM,
        "Let the sessions of the portal, and nobody else, from the WiFi to the Internet. Its rules "
        "stay when it is stopped.",
    )
    parser.add_argument(
        "--remove",
        action="store_true",
        help="take away the rules and turn the forwarding of packets off, forwarding first",
    )
    return daemon.run_with(parser, _run)


def _run(loaded: Settings, args: argparse.Namespace) -> None:
    if args.remove:
        with refusals_told():
            _remove(loaded)
    elif not loaded.wifi.zones:
        raise settings.ConfigError("posko-gate has nothing to guard: set [[wifi.zones]]")
    else:
        _guard(loaded, settings.find(args.config))


def _guard(loaded: Settings, config: Path) -> None:
    stop = daemon.stop_event()
    restarting.follow(PROGRAM, config, loaded)
    path, site = loaded.store.path, loaded.site.site_code

    def open_database() -> BoxConnection:
        migrate.ensure(path, site, ids.new_epoch)
        return connect(path)

    conntrack = Conntrack()
    uplink = UplinkWatch(lambda: loaded.wifi.resolvers or resolvers_of())
    problems = Problems()
    gate = Gate(
        loaded.wifi,
        Table(Nft(), loaded.wifi, Office(loaded.desk.port, loaded.desk.open_to)),
        Accounts(open_database),
        Edges(
            neighbours=neighbours,
            flush_mark=conntrack.flush_mark,
            flush_sources=conntrack.flush_sources,
            shape=Shaper(loaded.wifi.zones, loaded.wifi.wan, problems).apply,
            is_online=lambda: uplink.step(time.monotonic()),
            advertise=_advertise(loaded, problems),
        ),
        problems=problems,
        now=clock.now,
    )
    gate.run(stop, on_ready=lambda: daemon.notify("READY=1"), on_turn=daemon.Watchdog())


def _advertise(loaded: Settings, problems: Problems) -> Callable[[], None]:
    """What announces the API to devices of IPv6, while phones will trust its certificate."""
    wifi, url = loaded.wifi, loaded.portal.url
    cert, key = wifi.tls_cert, wifi.tls_key
    if cert is None or key is None or not any(zone.ipv6 for zone in wifi.zones):
        return lambda: None

    from appliance.runtime.trust import refusal  # noqa: PLC0415  `ssl`: 1 MiB, only for a certificate

    def uri() -> str | None:
        return None if refusal(cert, key, capport.host(url)) else capport.api_uri(url)

    try:
        advertiser = RouterAdvertiser(wifi.zones, uri, problems)
    except PermissionError:
        log.warning("devices hear of the portal by DHCP only; give posko-gate CAP_NET_RAW")
        return lambda: None
    return lambda: advertiser.step(time.monotonic())


def _remove(loaded: Settings) -> None:
    forwarding.turn_off()
    Table(Nft(), loaded.wifi).remove()
    Shaper(loaded.wifi.zones, loaded.wifi.wan, Problems()).remove()


if __name__ == "__main__":
    sys.exit(main())
