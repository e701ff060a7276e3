"""`posko-center recount`: count all requests anew for the dashboard."""

import argparse
from datetime import datetime

from sqlalchemy import Engine

from command_center.store import daily_counts
from command_center.store.database import writing
from command_center.subcommands import Subcommands

NAME = "recount"


def add(commands: Subcommands) -> None:
    """Register the command."""
    words = "count all requests anew, where somebody has changed the database by hand"
    commands.add(NAME, words)


def run(engine: Engine, args: argparse.Namespace, now: datetime) -> None:
    """Count, and say how many numbers were wrong."""
    del args, now
    with writing(engine) as connection:
        before = daily_counts.stored(connection)
        daily_counts.rebuild(connection)
        after = daily_counts.stored(connection)
    wrong = sum(before[cell] != after[cell] for cell in before.keys() | after.keys())
    print(f"{len(after)} numbers, {wrong} of them were wrong")
