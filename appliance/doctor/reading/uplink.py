"""The way to the Internet and to the city's broker; never talks MQTT, which would throw the sync
agent out."""

import contextlib
import json
import socket
import sqlite3
import ssl
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime

from appliance.actions.box import reporting
from appliance.doctor import programs
from appliance.doctor.case import Case, text
from appliance.doctor.judging.uplink import City, Uplink
from appliance.doctor.reading.database import stated
from appliance.runtime.uplink_watch import PATIENCE_S, UplinkWatch, resolvers_of
from appliance.store.database import connect
from mqtt_link import access, diagnosis, fault
from mqtt_link.access import Access, AccessError

_BROKER_S = 6.0
_ALERT_S = 1.0
"""With TLS 1.3 a broker refuses our certificate only after its own handshake."""
_STEP_S = 0.05


def uplink(case: Case) -> Uplink:
    """Look at the interface, the route, and whether names are answered."""
    net, interface = case.root / "sys/class/net", case.box.wifi.wan
    resolvers = case.box.wifi.resolvers or resolvers_of()
    gateway = _gateway(interface)
    return Uplink(
        interface=interface,
        others=sorted(path.name for path in net.glob("*") if path.name != "lo"),
        exists=(net / interface).exists(),
        has_carrier=text(net / interface / "carrier") == "1",
        addresses=programs.ips(interface),
        gateway=gateway,
        gateway_answers=_answers(gateway) if gateway else None,
        resolvers=resolvers,
        is_online=_is_online(resolvers),
    )


def city(case: Case) -> City:
    """Try the broker as the sync agent would, up to the end of TLS."""
    sync = case.box.sync
    way = access.of_settings("sync", sync, client_id=case.box.site.site_code.site)
    trouble, ends_soon = _tried(way, datetime.now(UTC))
    backlog, acked_at = _queue(case)
    return City(
        broker=str(way),
        is_enrolled=sync.tls_ca is not None or bool(sync.city_keys),
        has_tls=sync.tls_ca is not None,
        trouble=trouble,
        ends_soon=ends_soon,
        stated={name: value for name, (value, _) in stated(case.database).get("sync", {}).items()},
        backlog=backlog,
        acked_at=acked_at,
    )


def _tried(way: Access, now: datetime) -> tuple[str, str]:
    """What a try met, and which certificates end soon. Raises PermissionError."""
    for secret in (way.password_file, way.tls_key):
        if secret:
            with contextlib.suppress(FileNotFoundError):
                secret.open("rb").close()
    try:
        credentials = access.load(way, now)
    except AccessError as error:
        return str(error.fault), ""
    try:
        with socket.create_connection((way.host, way.port), timeout=_BROKER_S) as line:
            if credentials.context:
                _shake_hands(line, credentials.context, way.host)
    except (OSError, UnicodeError) as error:
        return str(diagnosis.of_attempt(error, way)), ""
    return "", fault.of_ends(credentials.ends, now)


def _shake_hands(line: socket.socket, context: ssl.SSLContext, host: str) -> None:
    with context.wrap_socket(line, server_hostname=host) as talk:
        talk.settimeout(_ALERT_S)
        with contextlib.suppress(TimeoutError):
            talk.recv(1)


def _queue(case: Case) -> tuple[int | None, datetime | None]:
    try:
        with closing(connect(case.database)) as db:
            facts = reporting.facts(db)
    except (sqlite3.Error, OSError):
        return None, None
    waiting = sum(lane["backlog"] for lane in facts["outbox"].values())
    return waiting, datetime.fromisoformat(facts["acked_at"]) if facts["acked_at"] else None


def _is_online(resolvers: Sequence[str]) -> bool:
    watch, until_s = UplinkWatch(lambda: resolvers), time.monotonic() + PATIENCE_S + 0.5
    while not watch.is_proven and time.monotonic() < until_s:
        watch.step(time.monotonic())
        time.sleep(_STEP_S)
    watch.close()
    return watch.is_proven


def _gateway(interface: str) -> str:
    said = programs.ask("ip", "-j", "route", "show", "default", "dev", interface)
    if said is None or said.status:
        return ""
    return next((route.get("gateway", "") for route in json.loads(said.output or "[]")), "")


def _answers(gateway: str) -> bool | None:
    said = programs.ask("ping", "-c", "1", "-W", "2", gateway)
    return said.status == 0 if said else None
