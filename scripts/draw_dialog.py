"""Write the drawing and the table of the kiosk's conversation into docs/kiosk-dialog.md
(`make dialog`)."""

from pathlib import Path

from appliance.kiosk.dialog import TABLE
from appliance.kiosk.screens import Step, Wipe

PAGE = Path(__file__).parents[1] / "docs" / "kiosk-dialog.md"
BEGIN, END = "<!-- drawn by make dialog -->\n", "<!-- end -->\n"


def main() -> None:
    """Replace what stands between the marks."""
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def renewed(page: str) -> str:
    """The page with the table as it is now."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return before + BEGIN + "\n" + drawing() + "\n" + listing() + "\n" + END + after


def drawing() -> str:
    """The Mermaid drawing; `Wipe`, which leads from every screen to the first, is left out."""
    lines = ["stateDiagram-v2", f"    [*] --> {Step.START}"]
    for (screen, event), move in TABLE.items():
        if event is not Wipe:
            lines += [f"    {screen} --> {after}: {event.__name__}" for after in move.to]
    return "\n".join(["```mermaid", *lines, "```", ""])


def listing() -> str:
    """Every transition, a line for each screen."""
    rows = ["| screen | what happens → what follows |", "|---|---|"]
    for screen in Step:
        moves = [
            f"{event.__name__} → {' or '.join(f'`{after}`' for after in move.to)}"
            for (at, event), move in TABLE.items()
            if at is screen
        ]
        rows.append(f"| `{screen}` | {'; '.join(moves)} |")
    return "\n".join([*rows, ""])


if __name__ == "__main__":
    main()
