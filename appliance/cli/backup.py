"""`posko backup` and `posko restore`: a verified copy on a stick, and another box made of it."""

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from appliance.actions.box import health
from appliance.backup import making, restoring
from appliance.backup.making import BackupFailed, Source
from appliance.backup.restoring import Refused, Target
from appliance.backup.shelf import Shelf, is_mounted
from appliance.cli import enrolling
from appliance.cli.opening import database
from appliance.cli.subparsers import Subparsers
from appliance.runtime import clock, ids, settings
from appliance.runtime.settings import ConfigError, Settings
from durable_files import key_files

_KEY_MAKER = "posko-center sealing-key new"


def add(commands: Subparsers) -> None:
    """Register the commands."""
    words = "copy this box to a stick, sealed and verified (docs/backup.md)"
    backup = commands.add_parser("backup", help=words, description=words)
    backup.add_argument("--to", metavar="DIR", type=Path, help="(default: [backup] folder)")
    backup.set_defaults(run=run)
    words = "go on from a backup, here or on another box (docs/backup.md)"
    restore = commands.add_parser("restore", help=words, description=words)
    restore.add_argument("backup", metavar="FILE|DIR", type=Path, help="DIR: its newest")
    restore.add_argument("--key", metavar="FILE", type=Path, required=True, help="opens it")
    restore.add_argument(
        "--set-aside", action="store_true", help="keep the database that is here under another name"
    )
    restore.add_argument(
        "--settings", metavar="DIR", type=Path, help="only write the settings in it to this folder"
    )
    restore.set_defaults(run=run_restore)


def run(args: argparse.Namespace) -> None:
    """Make a backup; how it went stands among what the box says of itself."""
    path = settings.find(args.config)
    loaded = settings.load(path)
    now = clock.now()
    with database(args.config) as db:
        try:
            if not loaded.backup.key:
                raise ConfigError(f"backup.key is not set; `{_KEY_MAKER} FILE` makes one")
            shelf = Shelf(_folder(args.to, loaded), loaded.site.site_code)
            source = Source(
                database=loaded.store.path,
                site=loaded.site.site_code,
                settings=_settings(path),
            )
            key, keep = loaded.backup.key, loaded.backup.keep
            made = making.make(source, shelf, key, keep=keep, now=now.wall)
        except (BackupFailed, ConfigError) as error:
            health.state(db, "backup", {"problem": str(error)[:200]}, now)
            raise
        left_out = f"{made.left_out} files did not fit" if made.left_out else ""
        stated = {
            "last_at": now.wall.isoformat(timespec="seconds"),
            "size_kb": str(made.size_bytes // 1024),
            "problem": left_out,
        }
        health.state(db, "backup", stated, clock.now())
    print(f"{made.file}: {made.requests} requests, {made.files} files, verified")
    if left_out:
        raise BackupFailed(f"the stick is full: {left_out}; the database is on it")


def _folder(to: Path | None, loaded: Settings) -> Path:
    """Where to write; by itself the box never takes its own card for a stick."""
    if to is not None:
        if not to.is_dir():
            raise BackupFailed(f"--to: {to} is not there: plug the stick in, or make the folder")
        return to
    folder = loaded.backup.folder
    if not is_mounted(folder, loaded.store.path.parent):
        raise BackupFailed(
            f"nothing is mounted at {folder}: plug a stick in that is named POSKO, or set "
            "backup.folder (docs/backup.md)"
        )
    return folder


def _settings(path: Path) -> tuple[Path, ...]:
    """The settings, but for where the credential lies: another box gets its own."""
    additions = sorted(settings.additions(path).glob("*.toml"))
    return (path, *(file for file in additions if file.name != enrolling.ADDITION))


def run_restore(args: argparse.Namespace) -> None:
    """Restore the database and its files, or write the settings out."""
    secret = key_files.load(args.key, name="--key", maker=_KEY_MAKER)
    if args.settings:
        _write_settings(args.backup, secret, args.settings)
        return
    loaded = settings.load(settings.find(args.config))
    site, path = loaded.site.site_code, loaded.store.path
    target = Target(database=path, site=site, new_epoch=ids.new_epoch)
    backup = restoring.newest(args.backup, site)
    made = restoring.restore(backup, secret, target, clock.now(), sets_aside=args.set_aside)
    hours = (datetime.now(UTC) - made.made_at).total_seconds() / 3600
    print(f"{path} is as it was {hours:.0f} hours ago: {made.requests} requests,")
    print(f"{made.files} files, {made.missing_files} missing on the stick.")
    if made.set_aside:
        print(f"What was here is kept: {made.set_aside}")
    print("Now: posko-center fleet revoke SITE --reason ... --box-is-here, fleet enrol SITE, and")
    print("posko enrol at this box, unless its credential is in force; then docs/backup.md, After.")


def _write_settings(backup: Path, secret: bytes, folder: Path) -> None:
    if not backup.is_file():
        raise Refused(f"{backup} is no file; name the backup whose settings you want")
    if not folder.is_dir():
        raise Refused(f"--settings: {folder} is no folder; make it first")
    for name, content in restoring.settings_of(backup, secret).items():
        file = folder / name
        if file.exists():
            file = folder / f"{name}.restored"
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
        with os.fdopen(opened, "wb") as out:
            out.write(content)
        print(f"written: {file}")
