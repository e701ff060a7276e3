"""Screens of the kiosk in a browser: sizes, and what fits on them."""

from dataclasses import dataclass

from playwright.sync_api import Page

from tests.support.browser import overflow, small_targets

FINGER_MM = 20
DPI_96 = 96 / 25.4
LEAST_TEXT_PX = 24
MOST_KELURAHAN = ("14.71.10", "Tenayan Raya")
"""Eight of them: the fullest screen of the city."""
SCREEN = {"width": 1024, "height": 600}


@dataclass(frozen=True)
class Size:
    """A screen, and the width that the settings tell of it."""

    width: int
    height: int
    screen_mm: int | None = None

    @property
    def finger_px(self) -> float:
        """20 mm on it, less what rounding takes."""
        return FINGER_MM * (self.width / self.screen_mm if self.screen_mm else DPI_96) - 0.6


SMALL, LARGE, UPRIGHT = Size(1024, 600), Size(1920, 1080, 345), Size(1080, 1920, 268)
_SMALLEST_TEXT = """() => Math.min(...[...document.querySelectorAll('body *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .filter(e => !e.closest('.visually-hidden, noscript, script'))
    .filter(e => e.getClientRects().length)
    .map(e => parseFloat(getComputedStyle(e).fontSize)))"""
_CUT_OFF = """() => [...document.querySelectorAll('main *')]
    .filter(e => !e.closest('.visually-hidden, .clamp, svg'))
    .filter(e => { const b = e.getBoundingClientRect();
        return b.bottom > innerHeight + .5 || b.right > innerWidth + .5
            || (e.matches('button, a') && e.scrollWidth > e.clientWidth + 1) })
    .map(e => e.outerHTML.slice(0, 80))"""


def fits(page: Page, size: Size = SMALL) -> None:
    assert overflow(page) == (0, 0), page.url
    assert small_targets(page, size.finger_px) == [], page.url
    assert page.evaluate(_SMALLEST_TEXT) >= LEAST_TEXT_PX, page.url
    assert page.evaluate(_CUT_OFF) == [], page.url


def touch(page: Page, selector: str) -> None:
    page.locator(f"{selector}:not(.visually-hidden)").first.click()


def press(page: Page, selector: str) -> None:
    touch(page, selector)
    fits(page)


def begin(page: Page) -> None:
    """The first question, in the language that the browser was made for."""
    page.goto("/lapor")
    touch(page, f"main [name=lang][value={language_of(page)}]")


def language_of(page: Page) -> str:
    """That of the browser, which the kiosk does not ask for."""
    wished: str = page.evaluate("navigator.language")
    return wished[:2]


def agree_to_nothing(page: Page) -> None:
    """Answer whether the report may be shown, where that is asked: not for what is confidential."""
    page.locator("[name=agree], .ticket").first.wait_for()
    if page.locator("[name=agree]").count():
        touch(page, "[name=agree][value=no]")
