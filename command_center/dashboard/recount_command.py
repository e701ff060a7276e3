"""`posko-center recount`: count all requests anew for the dashboard, and date all that are open."""

import argparse
from datetime import datetime

from sqlalchemy import Engine

from command_center.handling import keeping
from command_center.store.dashboard import daily_counts
from command_center.store.database import writing
from command_center.subcommands import Subcommands


def add(commands: Subcommands) -> None:
    """Register the command."""
    words = "count and date all requests anew, where somebody has changed the database by hand"
    commands.add("recount", words)


def run(engine: Engine, args: argparse.Namespace, now: datetime) -> None:
    """Count, and say how many numbers were wrong; compute the deadlines of all open requests."""
    del args, now
    with writing(engine) as connection:
        before = daily_counts.stored(connection)
        daily_counts.rebuild(connection)
        after = daily_counts.stored(connection)
    wrong = sum(before[cell] != after[cell] for cell in before.keys() | after.keys())
    print(f"{len(after)} numbers, {wrong} of them were wrong")
    print(f"deadlines computed anew: {keeping.compute_all(engine)} requests")
