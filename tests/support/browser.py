"""Real pages in a real browser: an app served on a free port, and Debian's Chromium."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from playwright.sync_api import Browser, BrowserType, Page, sync_playwright
from werkzeug.serving import make_server

from tests.support.programs import needs

LAN_NAME = "posko.lan"
"""A name without TLS, as phones in the hall see the box; browsers send no Sec-Fetch-Site to it."""
PHONE_FINGER_PX = 44
"""WCAG 2.2, 2.5.5 Target Size (Enhanced)."""


@contextmanager
def served(app: Flask) -> Iterator[int]:
    """Serve `app` on a free port of this machine while the block runs."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium, in which `posko.lan` is this machine; skips where it is not installed."""
    needs("chromium")
    with sync_playwright() as playwright, launched(playwright.chromium) as browser:
        yield browser


@contextmanager
def launched(kind: BrowserType, *more_flags: str) -> Iterator[Browser]:
    """Start one, be it beside another."""
    browser = kind.launch(
        executable_path=needs("chromium"),
        args=[
            "--no-sandbox",
            "--disable-gpu",
            f"--host-resolver-rules=MAP {LAN_NAME} 127.0.0.1",
            *more_flags,
        ],
    )
    yield browser
    browser.close()


def overflow(page: Page) -> tuple[int, int]:
    """By how many pixels the page is wider and taller than the window."""
    page.wait_for_load_state("load")
    wide, tall = page.evaluate(
        "() => { const d = document.documentElement;"
        " return [d.scrollWidth - innerWidth, d.scrollHeight - innerHeight] }"
    )
    return max(0, wide), max(0, tall)


def fits_a_phone(page: Page) -> None:
    """Assert that nothing lies beside the window and no finger misses a control."""
    assert overflow(page)[0] == 0, page.url
    found = small_targets(page, PHONE_FINGER_PX)
    assert found == [], (page.url, found)


def small_targets(page: Page, least_px: float) -> list[str]:
    """Controls that a finger could miss, by their words and size."""
    found: list[str] = page.evaluate(
        """least => [...document.querySelectorAll('a, button, input, select, textarea')]
            .filter(e => e.type !== 'hidden' && e.getClientRects().length)
            .filter(e => !e.closest('.visually-hidden') && !e.classList.contains('skip'))
            .map(e => [e, e.getBoundingClientRect()])
            .filter(([e, box]) => box.width < least || box.height < least)
            .map(([e, box]) => `${e.innerText || e.name} ${box.width}x${box.height}`)""",
        least_px,
    )
    return found
