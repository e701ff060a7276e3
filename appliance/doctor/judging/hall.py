"""What stands in the hall: printer, screen and panel. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from appliance.doctor.finding import Finding, absent, fault, ok, warn
from appliance.domain.box.print_job import ADVICE, Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Printer:
    """The slip printer as it answered; `device` is empty where none is configured."""

    device: str
    trouble: Trouble | None = None
    is_answering: bool = False
    details: str = ""


def printer(seen: Printer) -> Finding:
    """Whether slips come out."""
    if not seen.device:
        return absent("printer", 'none configured ([printer] kind = "none")')
    if seen.trouble:
        found = f"{seen.device}: {seen.trouble.replace('_', ' ')}"
        if seen.details:
            found += f" ({seen.details})"
        return fault("printer", found, ADVICE.get(seen.trouble, "turn it off and on"))
    if not seen.is_answering:
        return warn(
            "printer",
            f"{seen.device} takes data and never answers",
            "look whether a slip comes out: posko kiosk test-print",
        )
    return ok("printer", f"{seen.device} answers, has paper, is closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What the kernel tells of displays and what is touched."""

    is_wanted: bool
    connectors: Mapping[str, str]
    """By name: `connected` or not."""
    touch: Sequence[str]
    """Names of devices that tell where they are touched."""


def screen(seen: Screen) -> Iterator[Finding]:
    """Whether residents see and touch something."""
    if not seen.is_wanted:
        yield absent("screen", "none configured ([board] screen = false)")
        return
    lit = [name for name, state in seen.connectors.items() if state == "connected"]
    if lit:
        yield ok("screen", f"connected at {', '.join(lit)}")
    else:
        yield fault(
            "screen",
            "no display is connected" if seen.connectors else "no display connector is known",
            "check the HDMI or DSI cable and the screen's own supply: the page comes by itself; "
            "without a screen set [board] screen = false",
        )
    if seen.touch:
        yield ok("touch", ", ".join(seen.touch))
    else:
        yield fault("touch", "nothing that can be touched", "check the screen's USB (or DSI) cable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Buttons and lamps on pins."""

    pins: Mapping[str, int]
    chips: Sequence[str]
    has_library: bool


def panel(seen: Panel) -> Finding:
    """Whether lamps and buttons can be reached."""
    if not seen.pins:
        return absent("panel", "no button or lamp is configured ([panel])")
    wired = ", ".join(f"{name} on GPIO {pin}" for name, pin in seen.pins.items())
    if not seen.chips:
        return fault(
            "panel",
            f"{wired}, and this machine has no GPIO",
            "take the pins out of [panel], or use a board with GPIO",
        )
    if not seen.has_library:
        return fault("panel", f"{wired}, and gpiozero is missing", "install the extra `gpio`")
    return ok("panel", wired)
