"""`posko-center`: its command line; what runs until SIGTERM is put together in `assembly`."""

import argparse
import sys
from collections.abc import Callable
from datetime import datetime
from types import ModuleType

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
from command_center.subcommands import Perform, Subcommands
from command_center.updates import commands as updates

PROGRAM = "posko-center"


def main() -> int:
    """Run the command named on the command line; without one, the center until SIGTERM."""
    args = _arguments()
    run = daemon.answered if args.command in _LASTING else daemon.ordered
    return run(PROGRAM, lambda: args.perform(args))


def _of_settings(run: Callable[[argparse.Namespace, Settings], object]) -> Perform:
    """A command that needs the settings alone, or opens the database itself."""
    return lambda args: run(args, _load(args))


def _of_city(run: Callable[[Engine, argparse.Namespace, Settings], object]) -> Perform:
    """A command that needs the city's database and something of the settings."""

    def perform(args: argparse.Namespace) -> None:
        loaded = _load(args)
        with stored(loaded) as engine:
            run(engine, args, loaded)

    return perform


def _of_stored(run: Callable[[Engine, argparse.Namespace, datetime], object]) -> Perform:
    """A command that needs the city's database and the time."""
    return _of_city(lambda engine, args, _: run(engine, args, now()))


def _share(args: argparse.Namespace, loaded: Settings) -> None:
    if args.command == share_commands.RECEIVE:
        assembly.receive(loaded, share_commands.place(args))
    else:
        assembly.show(loaded)


def _updates(args: argparse.Namespace) -> None:
    """Who makes releases has neither settings nor a database."""
    if args.action in updates.OFFLINE:
        updates.run_offline(args)
    else:
        _of_city(
            lambda engine, args, loaded: updates.run(
                engine, args, loaded.update.release_keys, now()
            )
        )(args)


def _load(args: argparse.Namespace) -> Settings:
    loaded = settings.load(settings.find(getattr(args, "config", None)))
    logs.configure(PROGRAM, loaded.log.level)
    return loaded


_COMMANDS: tuple[tuple[ModuleType, Perform], ...] = (
    (reports, _of_stored(reports.run)),
    (
        broker_config,
        _of_settings(
            lambda args, loaded: broker_config.run(
                args,
                city=loaded.site.site_code.city,
                center=assembly.way(loaded).client_id,
                authority=assembly.office(loaded).authority,
            )
        ),
    ),
    (
        signing_key,
        _of_settings(lambda args, loaded: signing_key.run(args, loaded.center.signing_key)),
    ),
    (
        orders,
        _of_stored(lambda engine, args, at: orders.run(engine, args, at, ids.new_id)),
    ),
    (
        handling,
        _of_settings(
            lambda args, loaded: handling.run(args, loaded.center.units, loaded.site.site_code.city)
        ),
    ),
    (
        documents,
        _of_stored(lambda engine, args, at: documents.run(engine, args, at, ids.new_id)),
    ),
    (tables, _of_stored(tables.run)),
    (pushed_settings, _of_stored(pushed_settings.run)),
    (corrections, _of_stored(corrections.run)),
    (links, _of_stored(links.run)),
    (csv_import, _of_stored(csv_import.run)),
    (privacy, _of_stored(privacy.run)),
    (open311_clients, _of_stored(open311_clients.run)),
    (scorecard, _of_stored(scorecard.run)),
    (sealed, lambda args: sealed.run(args, lambda: stored(_load(args)))),
    (
        lapor,
        _of_city(lambda engine, args, loaded: lapor.run(engine, args, loaded.sealing.keys, now())),
    ),
    (
        fleet,
        _of_city(
            lambda engine, args, loaded: fleet.run(engine, args, assembly.office(loaded), now())
        ),
    ),
    (recount_command, _of_stored(recount_command.run)),
    (
        staff,
        _of_city(
            lambda engine, args, loaded: staff.run(
                engine, args, now(), lambda: assembly.units(loaded)
            )
        ),
    ),
    (share_commands, _of_settings(_share)),
    (quarantine_commands, _of_stored(quarantine_commands.run)),
    (updates, _updates),
)
"""The modules that add commands, as `--help` lists them, and how theirs are performed."""
_LASTING = (None, share_commands.RECEIVE, share_commands.WEB)
"""The commands that run until SIGTERM."""


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
    parser.set_defaults(perform=_of_settings(lambda _, loaded: assembly.run(loaded)))
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for module, perform in _COMMANDS:
        module.add(Subcommands(commands, common, perform))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
