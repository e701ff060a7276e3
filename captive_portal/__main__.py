"""Composition root of `posko-portal`."""

import argparse
import sys
from functools import partial
from pathlib import Path

from appliance.actions.privacy import sealing
from appliance.domain.wifi import capport
from appliance.runtime import daemon, ids, restarting, settings
from appliance.runtime.refusal import refusals_told
from appliance.runtime.settings import Settings
from appliance.runtime.trust import refusal
from appliance.store import migrate
from appliance.store.database import connect
from captive_portal.app import create_app
from captive_portal.edge.rendering import Place, render
from captive_portal.forms import FORM_MAX_BYTES
from web.quiet import quiet_pages
from web.serve import serve

PROGRAM = "posko-portal"
QUIET_S = 10.0
"""Since somebody last sent something."""


def main() -> int:
    """Serve the portal until SIGTERM, or write what stands before it; return the exit status."""
    parser = daemon.parser(PROGRAM, "Pages for residents' phones on the hall's WiFi.")
    parser.add_argument(
        "--render",
        type=Path,
        metavar="DIR",
        help="write the configuration of nginx and dnsmasq to this folder instead",
    )
    parser.add_argument(
        "--dns-user", default="dnsmasq", metavar="USER", help="who runs dnsmasq (--render)"
    )
    return daemon.run_with(parser, _run)


def _run(loaded: Settings, args: argparse.Namespace) -> None:
    if args.render:
        with refusals_told():
            _render(loaded, args.render.resolve(), args.dns_user)
    else:
        _serve(loaded, settings.find(args.config))


def _render(loaded: Settings, folder: Path, dns_user: str) -> None:
    if not loaded.wifi.zones:
        raise settings.ConfigError("there is no WiFi to configure: set [[wifi.zones]]")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    place = Place(run=str(folder), dns_user=dns_user, is_trusted=_is_trusted(loaded))
    for name, text in render(loaded, place).items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o644)
    print(f"nginx.conf, dnsmasq.conf and dnsmasq-offline.conf are in {folder}")


def _is_trusted(loaded: Settings) -> bool:
    """Whether phones will trust the certificate, if there is one; why not is printed."""
    wifi = loaded.wifi
    if wifi.tls_cert is None or wifi.tls_key is None:
        return False
    host = capport.host(loaded.portal.url)
    why_not = refusal(wifi.tls_cert, wifi.tls_key, host)
    if why_not:
        print(
            f"{wifi.tls_cert}: phones that ask for {host} refuse it: {why_not}. The portal works "
            "without TLS and without its API (RFC 8908) until this is run with a good one.",
            file=sys.stderr,
        )
    return not why_not


def _serve(loaded: Settings, config: Path) -> None:
    migrate.ensure(loaded.store.path, loaded.site.site_code, ids.new_epoch)
    sealing.configure(loaded.store.path, loaded.sealing.keys)
    app = create_app(loaded, partial(connect, loaded.store.path))
    restarting.follow(PROGRAM, config, loaded, quiet_pages(app, QUIET_S))
    serve(
        app,
        loaded.portal.listen,
        passed=daemon.passed_socket(loaded.portal.listen),
        on_ready=lambda: daemon.notify("READY=1"),
        on_turn=daemon.Watchdog(),
        body_max_bytes=FORM_MAX_BYTES,
    )


if __name__ == "__main__":
    sys.exit(main())
