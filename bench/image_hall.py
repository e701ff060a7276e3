"""The image on a box with a touch screen: what the hall sees, from its first boot to a touch.

And what becomes of it where the screen comes late, or is switched off for a night.
"""

import json
import time
from pathlib import Path

from PIL import Image

from bench.image_box import ImageBox, Refused
from bench.image_journey import Journey
from bench.image_screen import Screen, is_blank, share_changed

_KIOSK = "http://127.0.0.1:8081/detak"
_TO_REPORT = (480, 533)
"""Where the first page has that button, in pixels of 1280 by 800."""
_IN_BUTTON, _IN_HEAD = (60, 533), (5, 5)
"""Where it and the page's head have no words; they are of one colour."""
_BROWSER_RUNS = "pgrep --exact cage"
_NIGHT_S = 60.0
"""Long enough to see a browser that is begun anew every second."""
_FRESH_S = 30.0
"""An emulated page says more seldom that it lives."""
_SAME_S = 6.0
_LOOKS_EVERY_S = 2.0
"""A picture is made by the machine that is looked at, which has a page to paint."""
_STEADY = 0.001
_CHANGED = 0.2
"""Shares of the pixels: a blinking caret at most; another page, more than a button that is down."""


def seen_on_the_screen(box: ImageBox, journey: Journey, pictures: Path) -> None:
    """From a blank card: the setup on the screen, then the kiosk, and a touch that it answers.

    The screen is plugged in when the box has started, and pulled out once more at the end.
    """
    screen = Screen(box.qemu, box.screen_cable)
    screen.pull_out()
    journey.first_boot()
    journey.until(lambda: box.succeeds("systemctl is-active posko-setup"), "the setup's pages")
    _expect_no_browser(box)
    screen.plug_in()
    journey.tell("no browser without a screen; it is plugged in")
    journey.until(lambda: not is_blank(_steady(screen, pictures)), "the screen shows a page")
    screen.picture(pictures / "screen-setup.png")
    journey.tell("the setup's first page is on the screen")
    journey.set_up()
    first = _first_page(screen, journey, pictures, "screen-kiosk.png")
    journey.tell("the kiosk's first page is on the screen")
    presses = _pressed_until_answered(screen, journey, first, pictures)
    screen.picture(pictures / "screen-touched.png")
    journey.tell(f"press {presses} on the button for reports is answered: the next page")
    journey.sizes()
    screen.pull_out()
    journey.until(lambda: not box.succeeds(_BROWSER_RUNS), "the browser has ended")
    time.sleep(_NIGHT_S)
    _expect_no_browser(box)
    journey.tell(f"the screen was pulled out, and {_NIGHT_S:.0f} s later no browser runs")
    screen.plug_in()
    first = _first_page(screen, journey, pictures, "screen-again.png")
    presses = _pressed_until_answered(screen, journey, first, pictures)
    screen.picture(pictures / "screen-again-touched.png")
    journey.tell(f"plugged in again it shows the first page, which answers press {presses}")


def _expect_no_browser(box: ImageBox) -> None:
    assert not box.succeeds(_BROWSER_RUNS), box.run("journalctl --no-pager --lines=30")
    failed = box.run("systemctl list-units --failed --plain --no-legend")
    assert not failed, failed


def _first_page(screen: Screen, journey: Journey, pictures: Path, name: str) -> Image.Image:
    """The residents' one, whole: a window is painted before it has the screen's size."""
    journey.until(lambda: _page_lives(journey), "the kiosk's page says that it lives")
    journey.until(lambda: _has_button(_steady(screen, pictures)), "the screen shows all of it")
    return screen.picture(pictures / name)


def _has_button(shown: Image.Image) -> bool:
    return not is_blank(shown) and shown.getpixel(_IN_BUTTON) == shown.getpixel(_IN_HEAD)


def _pressed_until_answered(
    screen: Screen, journey: Journey, first: Image.Image, pictures: Path
) -> int:
    """Press the button as somebody in the hall would, again where nothing happens; how often."""
    presses = 0

    def is_answered() -> bool:
        nonlocal presses
        presses += 1
        screen.touch(*_TO_REPORT)
        return share_changed(first, _steady(screen, pictures)) > _CHANGED

    journey.until(is_answered, "a press is answered")
    return presses


def _steady(screen: Screen, folder: Path) -> Image.Image:
    """What the screen shows once it stays the same: pages grow as they are painted."""
    shown, since_s = screen.picture(folder / "screen.png"), time.monotonic()
    while time.monotonic() - since_s < _SAME_S:
        time.sleep(_LOOKS_EVERY_S)
        now = screen.picture(folder / "screen.png")
        if share_changed(shown, now) > _STEADY:
            shown, since_s = now, time.monotonic()
    return shown


def _page_lives(journey: Journey) -> bool:
    try:
        age_s = json.loads(journey.page(_KIOSK))["age_s"]
    except Refused:
        return False
    return age_s is not None and bool(age_s < _FRESH_S)
