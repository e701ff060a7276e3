"""`posko-center`: the composition root of the command center, and its command line."""

import argparse
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from appliance.domain import signature
from appliance.domain.errors import BadInput
from appliance.runtime import daemon, ids, logs, settings
from appliance.runtime.settings import Settings
from command_center import (
    broker_config,
    chores,
    correction_commands,
    document_commands,
    import_command,
    key_command,
    key_files,
    link_commands,
    open311_commands,
    orders,
    privacy_commands,
    report_commands,
    scorecard_commands,
    sealing_commands,
    settings_commands,
    signing,
    table_commands,
)
from command_center.app import create_app
from command_center.cards import Cards
from command_center.chores import Chores
from command_center.dashboard import recount_command
from command_center.fleet import commands as fleet_commands
from command_center.fleet.authority import Authority
from command_center.fleet.broker_files import BrokerFiles
from command_center.fleet.office import Office
from command_center.handling import commands as handling_commands
from command_center.handling import files
from command_center.handling.escalating import Rounds
from command_center.handling.units import Units
from command_center.lapor import commands as lapor_commands
from command_center.lapor import token
from command_center.lapor.bridge import Bridge
from command_center.lapor.client import HttpService
from command_center.link import Link
from command_center.notices.sender import Sender
from command_center.poison import quarantine_commands
from command_center.receiver import Receiver
from command_center.sharing import share_commands
from command_center.sharing.share import Leased, Place, Share
from command_center.staff import commands as staff_commands
from command_center.store import database, leases, migrate
from command_center.store.leases import Lease, Leases
from command_center.updates import commands as update_commands
from mqtt_link import access
from web.hashing import give_back_large_blocks
from web.serve import serve

log = logging.getLogger(__name__)

PROGRAM = "posko-center"
_COMMANDS = (
    report_commands,
    broker_config,
    key_command,
    orders,
    handling_commands,
    document_commands,
    table_commands,
    settings_commands,
    correction_commands,
    link_commands,
    import_command,
    privacy_commands,
    open311_commands,
    scorecard_commands,
    sealing_commands,
    lapor_commands,
    fleet_commands,
    recount_command,
    staff_commands,
    share_commands,
    quarantine_commands,
    update_commands,
)
"""As `--help` lists them."""
_OF_STORED = {
    **dict.fromkeys(report_commands.NAMES, report_commands.run),
    **dict.fromkeys(correction_commands.NAMES, correction_commands.run),
    **dict.fromkeys(link_commands.NAMES, link_commands.run),
    import_command.NAME: import_command.run,
    table_commands.NAME: table_commands.run,
    settings_commands.NAME: settings_commands.run,
    privacy_commands.NAME: privacy_commands.run,
    open311_commands.NAME: open311_commands.run,
    scorecard_commands.NAME: scorecard_commands.run,
    recount_command.NAME: recount_command.run,
    quarantine_commands.NAME: quarantine_commands.run,
}
"""Commands that need the city's database and the time."""
_OF_SETTINGS: dict[str, Callable[[Engine, argparse.Namespace, Settings, datetime], None]] = {
    lapor_commands.NAME: lambda engine, args, loaded, now: lapor_commands.run(
        engine, args, loaded.sealing.keys, now
    ),
    update_commands.NAME: lambda engine, args, loaded, now: update_commands.run(
        engine, args, loaded.update.release_keys, now
    ),
}
"""Those that need keys of the settings, too."""


def main() -> int:
    """Run the command named on the command line; without one, the center until SIGTERM."""
    args = _arguments()
    return daemon.answered(PROGRAM, lambda: _perform(args))


def _perform(args: argparse.Namespace) -> None:
    if args.command in sealing_commands.NAMES:
        # The people of a unit have neither settings nor a database.
        sealing_commands.run(args, lambda: _stored(_load(args)))
        return
    if args.command == update_commands.NAME and args.action in update_commands.OFFLINE:
        update_commands.run_offline(args)
        return
    loaded = _load(args)
    if args.command == broker_config.NAME:
        _write_broker_config(loaded, args)
    elif args.command == fleet_commands.NAME:
        with _stored(loaded) as engine:
            fleet_commands.run(engine, args, _office(loaded), _now())
    elif args.command == key_command.NAME:
        key_command.run(args, loaded.center.signing_key)
    elif args.command == handling_commands.NAME:
        handling_commands.run(args, loaded.center.units, loaded.site.site_code.city)
    elif args.command in orders.NAMES:
        with _stored(loaded) as engine:
            orders.run(engine, args, _now(), ids.new_id)
    elif args.command in document_commands.NAMES:
        with _stored(loaded) as engine:
            document_commands.run(engine, args, _now(), ids.new_id)
    elif args.command in _OF_SETTINGS:
        with _stored(loaded) as engine:
            _OF_SETTINGS[args.command](engine, args, loaded, _now())
    elif args.command == staff_commands.NAME:
        with _stored(loaded) as engine:
            staff_commands.run(engine, args, _now(), lambda: _units(loaded))
    elif args.command in _OF_STORED:
        with _stored(loaded) as engine:
            _OF_STORED[args.command](engine, args, _now())
    else:
        _run_daemon(loaded, args)


def _load(args: argparse.Namespace) -> Settings:
    loaded = settings.load(settings.find(getattr(args, "config", None)))
    logs.configure(PROGRAM, loaded.log.level)
    return loaded


def _arguments() -> argparse.Namespace:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--config",
        metavar="PATH",
        default=argparse.SUPPRESS,
        help=f"TOML file (default: ${settings.CONFIG_VARIABLE}, then {settings.DEFAULT_PATH})",
    )
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        parents=[common],
        description="Receive what the boxes of a city send, and show it to the command center. "
        "Without a command: run receiver and web pages until SIGTERM.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for module in _COMMANDS:
        module.add(commands, common)
    return parser.parse_args()


def _run_daemon(loaded: Settings, args: argparse.Namespace) -> None:
    if args.command == share_commands.RECEIVE:
        _receive(loaded, share_commands.place(args))
    elif args.command == share_commands.WEB:
        _show(loaded)
    else:
        _run(loaded)


def _run(loaded: Settings) -> None:
    """Receiver and pages in one program."""
    link = _link(loaded)
    with _opened(loaded) as engine:
        receiver = _receiver(loaded, engine, link)
        receiver.start()
        link.start(on_message=receiver.offer, on_up=receiver.link_up)
        try:
            _serve(loaded, engine, is_link_up=lambda: link.is_up, on_change=receiver.wake)
        finally:
            receiver.stop()
            link.close()


def _receive(loaded: Settings, place: Place) -> None:
    """One of several receivers, without pages."""
    _need_server(loaded)
    link = _link(loaded, place)
    stop = daemon.stop_event()
    with _opened(loaded) as engine:
        share = Leased(Leases(engine), place)
        receiver = _receiver(loaded, engine, link, share)
        receiver.start()
        link.start(on_message=receiver.offer, on_up=receiver.link_up)
        daemon.notify("READY=1")
        stop.wait()
        receiver.stop()
        share.leave()
        link.close()


def _show(loaded: Settings) -> None:
    """The pages alone."""
    _need_server(loaded)
    with _opened(loaded) as engine:
        # Receivers look for what is to be sent twice a second.
        _serve(loaded, engine, is_link_up=lambda: _is_received(engine), on_change=lambda: None)


def _is_received(engine: Engine) -> bool:
    with database.reading(engine) as connection:
        return bool(leases.held(connection, Lease.RECEIVER))


def _need_server(loaded: Settings) -> None:
    if not loaded.center.database.startswith("postgres"):
        raise settings.ConfigError("several programs share a city on PostgreSQL only; see [center]")


def _link(loaded: Settings, place: Place | None = None) -> Link:
    where, city = _access(loaded, place), loaded.site.site_code.city
    try:
        access.load(where, _now())
        sign = signing.signer(loaded.center.signing_key)
        files.load_steps(loaded.center.escalation)
        _units(loaded)
    except (access.AccessError, key_files.KeyFileError, BadInput) as error:
        raise settings.ConfigError(str(error)) from None
    return Link(where, city, sign=sign)


def _units(loaded: Settings) -> Units:
    return files.load_units(loaded.center.units, loaded.site.site_code.city)


def _receiver(loaded: Settings, engine: Engine, link: Link, share: Share | None = None) -> Receiver:
    authority = _office(loaded).authority
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
        authority=authority,
        now=_now,
        new_id=ids.new_id,
    )
    return Receiver(engine, link, now=_now, chores=todo, chores_every_s=chores.EVERY_S, share=share)


@contextmanager
def _opened(loaded: Settings) -> Iterator[Engine]:
    """The city's database, made or migrated if need be."""
    engine = database.connect(loaded.center.database, files=loaded.center.files)
    migrate.ensure(engine, loaded.site.site_code.city, ids.new_epoch, _now())
    _offer_setup(engine)
    give_back_large_blocks()
    try:
        yield engine
    finally:
        engine.dispose()


def _serve(
    loaded: Settings,
    engine: Engine,
    *,
    is_link_up: Callable[[], bool],
    on_change: Callable[[], None],
) -> None:
    """The pages until SIGTERM, and with them the bridge to SP4N-LAPOR! and the card of each day."""
    cards, watchdog = Cards(engine, _now), daemon.Watchdog()

    def turned() -> None:
        watchdog()
        cards.look()

    app = create_app(
        engine,
        place=loaded.site.city,
        now=_now,
        is_link_up=is_link_up,
        on_change=on_change,
        sealing_keys=loaded.sealing.keys,
        cards=cards,
        benchmarks=loaded.center.benchmarks,
        units=loaded.center.units,
        has_lapor=bool(loaded.lapor.url),
        office=_office(loaded),
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
        now=_now,
        on_change=on_change,
    )


def _offer_setup(engine: Engine) -> None:
    """Without an administrator, print the code that makes the first one; a restart makes a new
    code."""
    if code := staff_commands.setup_code(engine, _now()):
        log.warning("no administrator yet, open /siapkan at the command center code=%s", code)


def _access(loaded: Settings, place: Place | None = None) -> access.Access:
    number = f"-{place.number + 1}" if place else ""
    client_id = f"posko-center-{loaded.site.site_code.city}{number}"
    return access.of_settings("center", loaded.center, client_id=client_id)


def _office(loaded: Settings) -> Office:
    center, fleet = loaded.center, loaded.fleet
    keys = []
    if center.signing_key is not None:
        keys.append(signature.public_key(signing.load(center.signing_key)))
    authority = None
    if fleet.ca_key is not None and center.tls_ca is not None:
        good_for = timedelta(days=fleet.certificate_days)
        authority = Authority(ca=center.tls_ca, key=fleet.ca_key, good_for=good_for)
    files = None
    if fleet.broker_folder is not None:
        files = BrokerFiles(folder=fleet.broker_folder, reload=fleet.reload)
    return Office(
        authority=authority,
        files=files,
        ca=center.tls_ca,
        broker=fleet.broker or center.broker,
        port=fleet.port,
        city_keys=tuple(keys),
        access=_access(loaded),
        url=fleet.url,
    )


def _write_broker_config(loaded: Settings, args: argparse.Namespace) -> None:
    authority = _office(loaded).authority
    crl: Path = args.out / broker_config.CRL
    if authority is not None and not crl.exists():
        args.out.mkdir(parents=True, exist_ok=True)
        crl.write_text(authority.revocation_list([]))
        crl.chmod(0o640)
    written = broker_config.write(
        args.out,
        city=loaded.site.site_code.city,
        center=_access(loaded).client_id,
        login=args.login,
        port=args.port,
        receivers=args.receivers,
    )
    print("written:", *written)


@contextmanager
def _stored(loaded: Settings) -> Iterator[Engine]:
    engine = database.connect(loaded.center.database, files=loaded.center.files)
    try:
        migrate.require(engine)
        yield engine
    finally:
        engine.dispose()


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main())
