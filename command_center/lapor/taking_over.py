"""Reports of a LAPOR! export, taken over like news: the same rules, and each line once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from appliance.domain.errors import BadInput
from command_center.lapor import export, taking
from command_center.lapor.taking import Outcome
from command_center.store.database import attempting, writing


@dataclass(slots=True)
class Report:
    """What became of a file; `lines` says it line by line."""

    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    lines: list[str] = field(default_factory=list)

    def note(self, line: int, outcome: Outcome, told: str) -> None:
        """Count a line and say what became of it."""
        self.counts[outcome] += 1
        self.lines.append(f"line {line}: {outcome}: {told}")


class _Undone(Exception):
    """Nothing of it is to stay."""


def take_over(
    engine: Engine,
    numbered: Iterable[tuple[int, Mapping[str, str]]],
    sealing_keys: Mapping[str, str],
    now: datetime,
    *,
    is_dry_run: bool,
) -> Report:
    """Take the lines that can be, in one transaction; a dry run leaves nothing of it."""
    made = Report()
    try:
        with writing(engine) as connection:
            for line, row in numbered:
                try:
                    found = export.report(row)
                except BadInput as error:
                    made.note(line, Outcome.LEFT_OUT, str(error))
                    continue
                with attempting(connection):
                    outcome = taking.take_in(connection, found, None, sealing_keys, now)
                made.note(line, outcome, f"#{found.tracking_id}")
            if is_dry_run:
                raise _Undone
    except _Undone:
        pass
    return made
