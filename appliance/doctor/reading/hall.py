"""What stands in the hall."""

import importlib.util
from dataclasses import replace

from appliance.doctor.case import Case, text
from appliance.doctor.judging import hall
from appliance.kiosk.printing.running import look
from appliance.runtime import hardware

_ABS_MT_POSITION_X = 53
"""Of linux/input-event-codes.h: only what is touched has it."""


def printer(case: Case) -> hall.Printer:
    """Ask the printer how it is; nothing comes out."""
    configured = case.box.printer
    if not configured.is_there:
        return hall.Printer(device="")
    seen = hall.Printer(device=f"{configured.kind} {configured.device}")
    report = look(configured, case.database)
    return replace(
        seen,
        trouble=report.trouble,
        is_answering=report.is_answering,
        details=report.details,
    )


def screen(case: Case) -> hall.Screen:
    """Connectors of the graphics cards, and input devices."""
    return hall.Screen(
        is_wanted=case.box.board.screen,
        connectors=hardware.connectors(case.root / "sys"),
        touch=[
            name
            for name, words in _inputs(text(case.root / "proc/bus/input/devices"))
            if int("".join(word.rjust(16, "0") for word in words) or "0", 16) >> _ABS_MT_POSITION_X
            & 1
        ],
    )


def panel(case: Case) -> hall.Panel:
    """Pins that are configured, and what could drive them."""
    return hall.Panel(
        pins=case.box.panel.pins,
        chips=[path.name for path in sorted((case.root / "dev").glob("gpiochip*"))],
        has_library=importlib.util.find_spec("gpiozero") is not None,
    )


def _inputs(listing: str) -> list[tuple[str, list[str]]]:
    """Each device's name and its bits of absolute axes, in words of 64 bits, the highest first."""
    found = []
    for block in listing.split("\n\n"):
        lines = dict(line[3:].split("=", 1) for line in block.splitlines() if "=" in line)
        if name := lines.get("Name"):
            found.append((name.strip('"'), lines.get("ABS", "").split()))
    return found
