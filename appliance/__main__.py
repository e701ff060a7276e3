"""`posko`: the admin command of a box."""

import argparse
import sys

from appliance.cli import configuration, demo, listing, status
from appliance.domain.errors import PoskoError
from appliance.runtime import settings
from appliance.runtime.daemon import EXIT_CONFIG


def parser() -> argparse.ArgumentParser:
    """The whole command line; docs/commands.md is tested against it."""
    top = argparse.ArgumentParser(prog="posko", description=__doc__)
    top.add_argument(
        "--config",
        metavar="PATH",
        help=f"TOML file (default: ${settings.CONFIG_VARIABLE}, then {settings.DEFAULT_PATH})",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in (configuration, listing, status, demo):
        module.add(commands)
    for command in commands.choices.values():
        command.add_argument("--config", metavar="PATH", default=argparse.SUPPRESS)
    return top


def main() -> int:
    """Run one command; a PoskoError is printed for the technician, without a traceback."""
    args = parser().parse_args()
    try:
        args.run(args)
    except settings.ConfigError as error:
        print(f"posko: {error}", file=sys.stderr)
        return EXIT_CONFIG
    except PoskoError as error:
        print(f"posko: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
