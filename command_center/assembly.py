"""What the programs of the center are put together from, and the settings of each part."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from appliance.domain.city import signature
from appliance.domain.errors import BadInput
from appliance.runtime import daemon, ids, settings
from appliance.runtime.settings import Settings
from command_center import chores, signing
from command_center.app import create_app
from command_center.chores import Chores
from command_center.fleet.authority import Authority
from command_center.fleet.broker_files import BrokerFiles
from command_center.fleet.office import Office
from command_center.handling import files, keeping
from command_center.handling.escalating import Rounds
from command_center.handling.units import Units
from command_center.lapor import token
from command_center.lapor.bridge import Bridge
from command_center.lapor.client import HttpService
from command_center.notices.sender import Sender
from command_center.public.cards import Cards
from command_center.receiving.link import Link
from command_center.receiving.receiver import Receiver
from command_center.sharing.share import Leased, Place, Share
from command_center.staff.commands import setup_code
from command_center.store import database, leases, migrate
from command_center.store.leases import Lease, Leases
from durable_files import key_files
from mqtt_link import access
from web.hashing import give_back_large_blocks
from web.serve import serve

log = logging.getLogger(__name__)


def run(loaded: Settings) -> None:
    """Receiver and pages in one program, until SIGTERM."""
    link = _link(loaded)
    with _opened(loaded) as engine, _receiving(loaded, engine, link) as receiver:
        _serve(loaded, engine, is_link_up=lambda: link.is_up, on_change=receiver.wake)


def receive(loaded: Settings, place: Place) -> None:
    """One of several receivers, without pages, until SIGTERM."""
    _need_server(loaded)
    link = _link(loaded, place)
    stop = daemon.stop_event()
    with (
        _opened(loaded) as engine,
        _receiving(loaded, engine, link, Leased(Leases(engine), place)),
    ):
        daemon.notify("READY=1")
        stop.wait()


def show(loaded: Settings) -> None:
    """The pages alone, until SIGTERM."""
    _need_server(loaded)
    with _opened(loaded) as engine:
        # Receivers look for what is to be sent twice a second.
        _serve(loaded, engine, is_link_up=lambda: _is_received(engine), on_change=lambda: None)


@contextmanager
def stored(loaded: Settings) -> Iterator[Engine]:
    """The city's database as it is, for one command; raises BadInput where it must be migrated."""
    engine = database.connect(loaded.center.database, files=loaded.center.files)
    try:
        migrate.require(engine)
        yield engine
    finally:
        engine.dispose()


def units(loaded: Settings) -> Units:
    """The units of the city's agencies; raises BadInput for a file that cannot be read."""
    return files.load_units(loaded.center.units, loaded.site.site_code.city)


def way(loaded: Settings, place: Place | None = None) -> access.Access:
    """The center's own way to its broker, or that of one of several receivers."""
    own = access.of_settings(
        "center", loaded.center, client_id=f"posko-center-{loaded.site.site_code.city}"
    )
    return replace(own, client_id=f"{own.client_id}-{place.number + 1}") if place else own


def office(loaded: Settings) -> Office:
    """What boxes are enrolled with."""
    center, fleet = loaded.center, loaded.fleet
    keys = []
    if center.signing_key is not None:
        keys.append(signature.public_key(signing.load(center.signing_key)))
    authority = None
    if fleet.ca_key is not None and center.tls_ca is not None:
        good_for = timedelta(days=fleet.certificate_days)
        authority = Authority(ca=center.tls_ca, key=fleet.ca_key, good_for=good_for)
    broker_files = None
    if fleet.broker_folder is not None:
        broker_files = BrokerFiles(folder=fleet.broker_folder, reload=fleet.reload)
    return Office(
        authority=authority,
        files=broker_files,
        ca=center.tls_ca,
        broker=fleet.broker or center.broker,
        port=fleet.port,
        city_keys=tuple(keys),
        access=way(loaded),
        url=fleet.url,
    )


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def _is_received(engine: Engine) -> bool:
    with database.reading(engine) as connection:
        return bool(leases.held(connection, Lease.RECEIVER))


def _need_server(loaded: Settings) -> None:
    if not loaded.center.database.startswith("postgres"):
        raise settings.ConfigError("several programs share a city on PostgreSQL only; see [center]")


def _link(loaded: Settings, place: Place | None = None) -> Link:
    where, city = way(loaded, place), loaded.site.site_code.city
    try:
        access.load(where, now())
        sign = signing.signer(loaded.center.signing_key)
        files.load_steps(loaded.center.escalation)
        units(loaded)
    except (access.AccessError, key_files.KeyFileError, BadInput) as error:
        raise settings.ConfigError(str(error)) from None
    return Link(where, city, sign=sign)


@contextmanager
def _receiving(
    loaded: Settings, engine: Engine, link: Link, share: Leased | None = None
) -> Iterator[Receiver]:
    """Hear the boxes while the block runs; others may take a share over once it has ended."""
    receiver = _receiver(loaded, engine, link, share)
    receiver.start()
    link.start(on_message=receiver.offer, on_up=receiver.link_up)
    try:
        yield receiver
    finally:
        receiver.stop()
        if share is not None:
            share.leave()
        link.close()


def _receiver(loaded: Settings, engine: Engine, link: Link, share: Share | None) -> Receiver:
    sender = Sender(
        engine,
        per_day=loaded.notices.per_day,
        quiet=loaded.notices.quiet,
        new_id=ids.new_id,
        is_link_up=lambda: link.is_up,
    )
    todo = Chores(
        engine,
        rounds=Rounds(engine, files.load_steps(loaded.center.escalation)),
        sender=sender,
        authority=office(loaded).authority,
        now=now,
        new_id=ids.new_id,
    )
    return Receiver(engine, link, now=now, chores=todo, chores_every_s=chores.EVERY_S, share=share)


@contextmanager
def _opened(loaded: Settings) -> Iterator[Engine]:
    """The city's database, made or migrated if need be."""
    engine = database.connect(loaded.center.database, files=loaded.center.files)
    migrate.ensure(engine, loaded.site.site_code.city, ids.new_epoch, now())
    chores.attempt(
        lambda: _compute_deadlines(engine),
        "deadlines cannot be computed; the hourly look tries it again",
    )
    _offer_setup(engine)
    give_back_large_blocks()
    try:
        yield engine
    finally:
        engine.dispose()


def _compute_deadlines(engine: Engine) -> None:
    """Have lists right before they are served."""
    keeping.follow_tables(engine)
    if number := keeping.compute_marked(engine):
        log.info("deadlines computed anew cases=%s", number)


def _offer_setup(engine: Engine) -> None:
    """Without an administrator, print the code that makes the first one; a restart makes a new
    code."""
    if code := setup_code(engine, now()):
        log.warning("no administrator yet, open /siapkan at the command center code=%s", code)


def _serve(
    loaded: Settings,
    engine: Engine,
    *,
    is_link_up: Callable[[], bool],
    on_change: Callable[[], None],
) -> None:
    """The pages until SIGTERM, and with them the bridge to SP4N-LAPOR! and the card of each day."""
    cards, watchdog = Cards(engine, now), daemon.Watchdog()

    def turned() -> None:
        watchdog()
        cards.look()

    app = create_app(
        engine,
        place=loaded.site.city,
        now=now,
        is_link_up=is_link_up,
        on_change=on_change,
        sealing_keys=loaded.sealing.keys,
        cards=cards,
        benchmarks=loaded.center.benchmarks,
        units=loaded.center.units,
        has_lapor=bool(loaded.lapor.url),
        office=office(loaded),
    )
    bridge = _bridge(loaded, engine, on_change)
    if bridge is not None:
        bridge.start()
    try:
        serve(
            app,
            loaded.center.listen,
            on_ready=lambda: daemon.notify("READY=1"),
            on_turn=turned,
        )
    finally:
        if bridge is not None:
            bridge.stop()


def _bridge(loaded: Settings, engine: Engine, on_change: Callable[[], None]) -> Bridge | None:
    """The bridge to SP4N-LAPOR!, where there is to be one."""
    wanted = loaded.lapor
    if not wanted.url or wanted.token_file is None:
        return None
    service = HttpService(wanted.url, token.load(wanted.token_file), timeout_s=wanted.timeout_s)
    return Bridge(
        engine,
        service,
        sealing_keys=loaded.sealing.keys,
        every_s=wanted.every_s,
        timeout_s=wanted.timeout_s,
        now=now,
        on_change=on_change,
    )
