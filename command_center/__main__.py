"""`posko-center`: its command line; what runs until SIGTERM is put together in `assembly`."""

import argparse
import sys
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from appliance.runtime import daemon, ids, logs, settings
from appliance.runtime.settings import Settings
from command_center import assembly, broker_config
from command_center.assembly import now, stored
from command_center.commands import (
    corrections,
    csv_import,
    documents,
    links,
    open311_clients,
    orders,
    privacy,
    pushed_settings,
    reports,
    scorecard,
    sealed,
    signing_key,
    tables,
)
from command_center.dashboard import recount_command
from command_center.fleet import commands as fleet
from command_center.handling import commands as handling
from command_center.lapor import commands as lapor
from command_center.poison import quarantine_commands
from command_center.sharing import share_commands
from command_center.staff import commands as staff
from command_center.subcommands import Subcommands
from command_center.updates import commands as updates

PROGRAM = "posko-center"
_COMMANDS = (
    reports,
    broker_config,
    signing_key,
    orders,
    handling,
    documents,
    tables,
    pushed_settings,
    corrections,
    links,
    csv_import,
    privacy,
    open311_clients,
    scorecard,
    sealed,
    lapor,
    fleet,
    recount_command,
    staff,
    share_commands,
    quarantine_commands,
    updates,
)
"""As `--help` lists them."""
_OF_STORED: dict[str, Callable[[Engine, argparse.Namespace, datetime], None]] = {
    **dict.fromkeys(reports.NAMES, reports.run),
    **dict.fromkeys(corrections.NAMES, corrections.run),
    **dict.fromkeys(links.NAMES, links.run),
    **dict.fromkeys(
        orders.NAMES, lambda engine, args, at: orders.run(engine, args, at, ids.new_id)
    ),
    **dict.fromkeys(
        documents.NAMES, lambda engine, args, at: documents.run(engine, args, at, ids.new_id)
    ),
    csv_import.NAME: csv_import.run,
    tables.NAME: tables.run,
    pushed_settings.NAME: pushed_settings.run,
    privacy.NAME: privacy.run,
    open311_clients.NAME: open311_clients.run,
    scorecard.NAME: scorecard.run,
    recount_command.NAME: recount_command.run,
    quarantine_commands.NAME: quarantine_commands.run,
}
"""Commands that need the city's database and the time."""
_OF_SETTINGS: dict[str, Callable[[Engine, argparse.Namespace, Settings], None]] = {
    fleet.NAME: lambda engine, args, loaded: fleet.run(
        engine, args, assembly.office(loaded), now()
    ),
    lapor.NAME: lambda engine, args, loaded: lapor.run(engine, args, loaded.sealing.keys, now()),
    staff.NAME: lambda engine, args, loaded: staff.run(
        engine, args, now(), lambda: assembly.units(loaded)
    ),
    updates.NAME: lambda engine, args, loaded: updates.run(
        engine, args, loaded.update.release_keys, now()
    ),
}
"""Those that need something of the settings, too."""
_WITHOUT_DATABASE: dict[str, Callable[[argparse.Namespace, Settings], None]] = {
    broker_config.NAME: lambda args, loaded: broker_config.run(
        args,
        city=loaded.site.site_code.city,
        center=assembly.way(loaded).client_id,
        authority=assembly.office(loaded).authority,
    ),
    signing_key.NAME: lambda args, loaded: signing_key.run(args, loaded.center.signing_key),
    handling.NAME: lambda args, loaded: handling.run(
        args, loaded.center.units, loaded.site.site_code.city
    ),
    share_commands.RECEIVE: lambda args, loaded: assembly.receive(
        loaded, share_commands.place(args)
    ),
    share_commands.WEB: lambda _, loaded: assembly.show(loaded),
}
"""Those that need the settings alone, or open the database themselves."""
_LASTING = (None, share_commands.RECEIVE, share_commands.WEB)
"""Those that run until SIGTERM."""


def main() -> int:
    """Run the command named on the command line; without one, the center until SIGTERM."""
    args = _arguments()
    run = daemon.answered if args.command in _LASTING else daemon.ordered
    return run(PROGRAM, lambda: _perform(args))


def _perform(args: argparse.Namespace) -> None:
    if args.command in sealed.NAMES:
        # The people of a unit have neither settings nor a database.
        sealed.run(args, lambda: stored(_load(args)))
        return
    if args.command == updates.NAME and args.action in updates.OFFLINE:
        updates.run_offline(args)
        return
    loaded = _load(args)
    if args.command is None:
        assembly.run(loaded)
    elif args.command in _WITHOUT_DATABASE:
        _WITHOUT_DATABASE[args.command](args, loaded)
    else:
        with stored(loaded) as engine:
            if args.command in _OF_SETTINGS:
                _OF_SETTINGS[args.command](engine, args, loaded)
            else:
                _OF_STORED[args.command](engine, args, now())


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
    commands = Subcommands(parser.add_subparsers(dest="command", metavar="COMMAND"), common)
    for module in _COMMANDS:
        module.add(commands)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
