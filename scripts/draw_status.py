"""Write the drawing and the table of statuses into docs/status.md (`make status`)."""

from pathlib import Path

from appliance.domain.cases.service_request import OVER, TRANSITIONS, Status

PAGE = Path(__file__).parents[1] / "docs" / "status.md"
BEGIN, END = "<!-- drawn by make status -->\n", "<!-- end -->\n"
_OPEN = [status for status in Status if status not in OVER]
_SHARED = frozenset.intersection(*(TRANSITIONS[status] for status in _OPEN))
"""Where every open request may go: drawn once."""


def main() -> None:
    """Replace what stands between the marks."""
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def renewed(page: str) -> str:
    """The page with the drawing of the table as it is now."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return before + BEGIN + "\n" + drawing() + "\n" + matrix() + "\n" + END + after


def drawing() -> str:
    """The Mermaid drawing; `terbuka` stands for every status inside it."""
    lines = ["stateDiagram-v2", f"    [*] --> {Status.RECEIVED}", "    state terbuka {"]
    lines += [f"        {status}" for status in _OPEN]
    lines += ["    }"]
    lines += [f"    terbuka --> {target}" for target in Status if target in _SHARED]
    for status in Status:
        shared = _SHARED if status in _OPEN else frozenset()
        own = TRANSITIONS[status] - shared
        lines += [f"    {status} --> {target}" for target in Status if target in own]
    return "\n".join(["```mermaid", *lines, "```", ""])


def matrix() -> str:
    """Every legal move, a line for each status."""
    rows = ["| from | to |", "|---|---|"]
    for status in Status:
        targets = ", ".join(f"`{target}`" for target in Status if target in TRANSITIONS[status])
        rows.append(f"| `{status}` | {targets} |")
    return "\n".join([*rows, ""])


if __name__ == "__main__":
    main()
