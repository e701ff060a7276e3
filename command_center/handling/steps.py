"""Who is told when about a case that nears its deadline or has missed it. Pure.

The steps are a table: so many working days after the last day, or before it where the number is
negative. After an outage only the step that is reached is taken, not all that were missed.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from appliance.domain.cases.deadline import Deadline
from appliance.domain.cases.working_days import WorkingCalendar
from appliance.domain.errors import BadInput
from appliance.domain.officials.official import COORDINATOR, HEAD, Official

COLUMNS = ("deadline", "working_days", "step", "to", "act")
ACT_MAX_CHARS = 80
_SEKDA = frozenset({"sekda", "sekretaris daerah"})
"""The post in the directory that tells who that is."""
_ID = re.compile(r"[a-z][a-z_]{0,19}")
_DAYS = re.compile(r"-?[0-9]{1,3}")


class To(StrEnum):
    """Who is told; the values are stored."""

    OFFICIAL = "pejabat"
    """Who works on it: the deputy of the agency's directory, or its head where there is none."""
    HEAD = "kepala"
    COORDINATOR = "koordinator"
    SEKDA = "sekda"


WORDS = {
    To.OFFICIAL: "Pejabat {agency}",
    To.HEAD: "Kepala {agency}",
    To.COORDINATOR: "Pejabat penghubung kota",
    To.SEKDA: "Sekretaris Daerah",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row of the table."""

    deadline: str
    """`respond` or `finish`."""
    working_days: int
    """After the last day; negative before it."""
    id: str
    to: To
    act: str


def parse(rows: Iterable[tuple[int, Mapping[str, str]]]) -> tuple[Step, ...]:
    """Read numbered rows, by days; raises BadInput that names the line."""
    found: dict[str, Step] = {}
    for line, row in rows:
        try:
            step = _step(row)
            if step.id in found:
                raise BadInput(f"{step.id} stands there twice")
            found[step.id] = step
        except BadInput as error:
            raise BadInput(f"line {line}: {error}") from None
    return tuple(sorted(found.values(), key=lambda step: step.working_days))


def reached(
    steps: Sequence[Step], deadlines: Sequence[Deadline], taken: Collection[str]
) -> list[tuple[Step, Deadline]]:
    """The step to take now for each deadline of a case; `taken` are those of this round.

    While the clock stands none is.
    """
    found = ((_reached(steps, deadline, taken), deadline) for deadline in deadlines)
    return [(step, deadline) for step, deadline in found if step is not None]


def next_on(
    steps: Sequence[Step],
    deadlines: Sequence[Deadline],
    taken: Collection[str],
    calendar: WorkingCalendar,
) -> date | None:
    """The first day on which `reached` may find a step of a case that stays as it is; None if none
    is left, or its clock stands: what sets it going again changes the case."""
    days = [
        _day_of(step, deadline, calendar)
        for deadline in deadlines
        if not deadline.is_standing
        for step in _ahead(steps, deadline, taken)
    ]
    return min(days, default=None)


def _ahead(steps: Sequence[Step], deadline: Deadline, taken: Collection[str]) -> list[Step]:
    mine = [step for step in steps if step.deadline == deadline.what]
    top = max((step.working_days for step in mine if step.id in taken), default=None)
    return [step for step in mine if top is None or step.working_days > top]


def _day_of(step: Step, deadline: Deadline, calendar: WorkingCalendar) -> date:
    if step.working_days > 0:
        return calendar.with_passed(deadline.day, step.working_days)
    return calendar.with_left(deadline.day, -step.working_days)


def past(deadline: Deadline) -> int:
    """Working days since the last day; negative before it."""
    return deadline.working_days if deadline.is_missed else -deadline.working_days


def addressee(to: To, agency: str, people: Sequence[Official], day: date) -> Official | None:
    """Whom of the city's directory that is on a day; None where it does not say."""
    of = COORDINATOR if to is To.COORDINATOR else agency
    today = sorted((one for one in people if one.is_in_office(day)), key=lambda one: one.rank)
    if to is To.SEKDA:
        return next((one for one in today if one.post.casefold() in _SEKDA), None)
    there = [one for one in today if one.agency == of]
    if to is To.OFFICIAL:
        return next((one for one in there if one.rank > HEAD), there[0] if there else None)
    return next((one for one in there if one.rank == HEAD), None)


def _reached(steps: Sequence[Step], deadline: Deadline, taken: Collection[str]) -> Step | None:
    mine = [step for step in steps if step.deadline == deadline.what]
    behind = [step for step in mine if step.working_days <= past(deadline)]
    if deadline.is_standing or not behind:
        return None
    top = max(behind, key=lambda step: step.working_days)
    is_done = any(step.id in taken and step.working_days >= top.working_days for step in mine)
    return None if is_done else top


def _step(row: Mapping[str, str]) -> Step:
    if missing := [column for column in COLUMNS if column not in row]:
        raise BadInput(f"no column {', '.join(missing)}")
    if row["deadline"] not in ("respond", "finish"):
        raise BadInput("deadline is respond or finish")
    if not _DAYS.fullmatch(row["working_days"]):
        raise BadInput("working_days is a number, negative before the last day")
    if not _ID.fullmatch(row["step"]):
        raise BadInput("step is of a-z and _, at most 20")
    if row["to"] not in set(To):
        raise BadInput(f"to is {', '.join(To)}")
    if not 1 <= len(row["act"]) <= ACT_MAX_CHARS:
        raise BadInput(f"act has 1 to {ACT_MAX_CHARS} characters")
    return Step(
        deadline=row["deadline"],
        working_days=int(row["working_days"]),
        id=row["step"],
        to=To(row["to"]),
        act=row["act"],
    )
