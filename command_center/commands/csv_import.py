"""`posko-center import`: take over the tickets of an older system from a CSV."""

import argparse
import sys
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from appliance.domain.city import table_csv
from appliance.domain.errors import BadInput
from command_center.cases import importing
from command_center.subcommands import Subcommands

_MAX_BYTES = 16 << 20


def add(commands: Subcommands) -> None:
    """Register the command."""
    words = "take over ended tickets of an older system, with kecamatan codes of before 2020"
    command = commands.add("import", words)
    command.add_argument(
        "--input",
        required=True,
        metavar="FILE.csv",
        type=Path,
        help=f"CSV, names in line one: {', '.join(importing.COLUMNS)}",
    )


def run(engine: Engine, args: argparse.Namespace, now: datetime) -> None:
    """Store what can be and name each line that cannot; raises BadInput where there is one."""
    outcome = importing.take_over(engine, table_csv.read(text_of(args.input)), now)
    print(f"{outcome.new} taken over, {outcome.known} known already")
    for problem in outcome.problems:
        print(problem, file=sys.stderr)
    if outcome.problems:
        raise BadInput(
            f"{len(outcome.problems)} lines were left out; put them right and read the file again"
        )


def text_of(path: Path) -> str:
    """A file of a table; raises BadInput for one that is too large or no text."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise BadInput("it is larger than 16 MiB; split it")
        return table_csv.decoded(path.read_bytes())
    except (OSError, BadInput) as error:
        raise BadInput(f"cannot read {path}: {error}") from None
