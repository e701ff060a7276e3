"""Write the shipped table of escalation into docs/city-casework.md (`make status`)."""

from pathlib import Path

from command_center.handling import steps
from command_center.handling.files import shipped_steps

PAGE = Path(__file__).parents[1] / "docs" / "city-casework.md"
BEGIN, END = "<!-- drawn by make status -->\n", "<!-- end -->\n"
_DEADLINES = {"respond": "first answer", "finish": "end"}


def main() -> None:
    """Replace what stands between the marks."""
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def renewed(page: str) -> str:
    """The page with the table as it is now."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return before + BEGIN + "\n" + table() + "\n" + END + after


def table() -> str:
    """A line for each step, by deadline and days."""
    lines = ["| deadline | working days | step | who | what |", "|---|---|---|---|---|"]
    for step in sorted(shipped_steps(), key=lambda one: (one.deadline, one.working_days)):
        days = f"{abs(step.working_days)} {'before' if step.working_days < 0 else 'after'}"
        who = steps.WORDS[step.to].format(agency="of the agency")
        deadline = _DEADLINES[step.deadline]
        lines.append(f"| {deadline} | {days} | `{step.id}` | {who} | {step.act} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
