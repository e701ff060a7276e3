"""`posko`: the admin command of a box."""

import argparse
import sys

from appliance.cli import (
    alarm,
    backup,
    configuration,
    desk,
    doctor,
    enrolling,
    kiosk,
    listing,
    officials,
    privacy,
    setup,
    sms,
    status,
    store,
    tables,
    tracing,
    triage,
    wifi,
)
from appliance.cli import demo as demonstration
from appliance.runtime import daemon, release, settings


def parser() -> argparse.ArgumentParser:
    """The whole command line; docs/commands.md is tested against it."""
    top = argparse.ArgumentParser(prog="posko", description="The admin command of a box.")
    top.add_argument(
        "--config",
        metavar="PATH",
        help=f"TOML file (default: ${settings.CONFIG_VARIABLE}, then {settings.DEFAULT_PATH})",
    )
    top.add_argument("--version", action="version", version=f"%(prog)s {release.version()}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in (
        setup,
        configuration,
        enrolling,
        listing,
        status,
        doctor,
        sms,
        officials,
        privacy,
        triage,
        tables,
        wifi,
        kiosk,
        desk,
        tracing,
        store,
        backup,
        alarm,
        demonstration,
    ):
        module.add(commands)
    daemon.accept_config(commands)
    return top


def main() -> int:
    """Run one command; a PoskoError is printed for the technician, without a traceback."""
    args = parser().parse_args()
    return daemon.ordered("posko", lambda: args.run(args))


if __name__ == "__main__":
    sys.exit(main())
