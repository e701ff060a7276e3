"""The portal of the demonstration, where no WiFi can be: whoever opens it is a phone in the zone.

Everything is the product's but two things: which device asks, and the gate, which here lets
everybody through as soon as the portal wants it and never touches the kernel.
"""

import sys
import threading
from functools import partial
from pathlib import Path

from appliance.actions.privacy import sealing
from appliance.actions.wifi import wifi_leases
from appliance.domain.moment import Moment
from appliance.domain.wifi import sessions as rules
from appliance.domain.wifi.sessions import Ending, Session
from appliance.runtime import clock, daemon, ids, restarting
from appliance.runtime.neighbours import Neighbour
from appliance.runtime.settings import Settings, find
from appliance.store import migrate
from appliance.store.database import connect
from appliance.store.wifi import wifi_sessions as wifi
from appliance.store.wifi.wifi_sessions import LeaseUse
from captive_portal.app import create_app
from captive_portal.forms import FORM_MAX_BYTES
from web.quiet import quiet_pages
from web.serve import serve

PROGRAM = "demo-portal"
QUIET_S = 2.0
ZONE_INTERFACE = "wlan-demo"
_LOOK_S = 0.05


def main() -> int:
    """Serve until SIGTERM; return the exit status."""
    return daemon.run_with(
        daemon.parser(PROGRAM, "The portal of the demonstration."),
        lambda loaded, args: _serve(loaded, find(args.config)),
    )


def _serve(settings: Settings, config: Path) -> None:
    path = settings.store.path
    migrate.ensure(path, settings.site.site_code, ids.new_epoch)
    sealing.configure(path, settings.sealing.keys)
    threading.Thread(target=_gate, args=(path,), daemon=True).start()
    app = create_app(settings, partial(connect, path), look_up=a_phone)
    restarting.follow("posko-portal", config, settings, quiet_pages(app, QUIET_S))
    serve(
        app,
        settings.portal.listen,
        on_ready=lambda: daemon.notify("READY=1"),
        body_max_bytes=FORM_MAX_BYTES,
    )


def a_phone(ip: str) -> Neighbour:
    """Every visitor is the same phone."""
    return Neighbour(mac="02:00:5e:00:53:01", ip=ip, interface=ZONE_INTERFACE, state="reachable")


def _gate(path: Path) -> None:
    db, pause = connect(path), threading.Event()
    while True:
        now = clock.now()
        for number, session in enumerate(wifi.for_gate(db), start=1):
            if ending := _ending(session, now):
                used_s = rules.used_s(session, now)
                use = LeaseUse(session_id=session.id, used_s=used_s, up_bytes=0, down_bytes=0)
                wifi_leases.close(db, {use: ending}, now)
            elif session.slot is None:
                wifi_leases.take_up(db, {session.id: number}, now)
        pause.wait(_LOOK_S)


def _ending(session: Session, now: Moment) -> Ending | None:
    """How a session has ended, whose lease is still to be closed."""
    if session.mac is None:
        return session.ended_by or Ending.USER
    return Ending.TIME if rules.remaining_s(session, now) < 1 else None


if __name__ == "__main__":
    sys.exit(main())
