"""`posko config check|show` and `posko migrate`."""

import argparse
import json
from pathlib import Path

import msgspec

from appliance.actions.privacy import sealing
from appliance.cli.subparsers import Subparsers
from appliance.runtime import city_layer, ids, settings
from appliance.store import migrate


def add(commands: Subparsers) -> None:
    """Register the commands."""
    config = commands.add_parser("config", help="check or show the configuration")
    config.add_argument("action", choices=("check", "show"))
    config.set_defaults(run=run)
    command = commands.add_parser("migrate", help="create the database, or bring it up to date")
    command.set_defaults(run=run_migrate)


def run(args: argparse.Namespace) -> None:
    """Check the file; `show` also prints every key with the value in force."""
    path = settings.find(args.config)
    loaded = settings.load(path)
    if missing := _missing_files(loaded):
        raise settings.ConfigError("\n".join(missing))
    if args.action == "check":
        print(f"{path} is valid: kecamatan {loaded.site.name} ({loaded.site.code})")
        layer = city_layer.read(loaded.store.path)
        if layer.values:
            print(f"The city sets {', '.join(layer.values)} (revision {layer.revision})")
        if not loaded.sealing.keys:
            print(f"Sealing is {sealing.OFF} (unless the city has published sealing_keys)")
        return
    for section, keys in msgspec.to_builtins(loaded, enc_hook=str).items():
        print(f"[{section}]")
        for key, value in keys.items():
            shown = _shown(key, value)
            print(f"{key} = {json.dumps(shown)}" if shown is not None else f"# {key} is not set")
        print()


def _shown(key: str, value: object) -> object:
    """The value without its secrets, at any depth."""
    if isinstance(value, list):
        return [_shown(key, item) for item in value]
    if isinstance(value, dict):
        return {name: _shown(name, item) for name, item in value.items() if item is not None}
    return "****" if key in settings.SECRETS and value else value


def _missing_files(loaded: settings.Settings) -> list[str]:
    """Files that the configuration names and that cannot be read."""
    return [
        f"{section}.{key}: cannot read {value}"
        for section in ("sync", "center")
        for key, value in msgspec.structs.asdict(getattr(loaded, section)).items()
        if isinstance(value, Path) and not value.is_file()
    ]


def run_migrate(args: argparse.Namespace) -> None:
    """Create or migrate the database of the configured site."""
    loaded = settings.load(settings.find(args.config))
    migrate.ensure(loaded.store.path, loaded.site.site_code, ids.new_epoch)
    sealing.configure(loaded.store.path, loaded.sealing.keys)
    print(f"{loaded.store.path} is at schema {len(migrate.scripts())}")
