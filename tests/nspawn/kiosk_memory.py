"""A box of 1 GB whose screen is used, and what happens when memory ends. Box checks 16 and 20.

`make kiosk-browser-test`. The browser is the box's own with its own flags; for the tests that touch
its screen, one more lets them do so (DevTools).
"""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.nspawn.bounded import MEMORY_BYTES, Bounded
from tests.nspawn.touch_screen import (
    HEADLESS,
    PORT,
    SCRIPT,
    UNIT,
    WATCHER,
    page_lives,
    processes,
    scope,
    wait_until_shown,
)
from tests.nspawn.visitors import complain, page_for_phone, page_on_box
from tests.support.waiting import wait_for
from tests.wifi.namespace import entered

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

DAEMONS = [f"posko-{name}" for name in ("portal", "kiosk", "desk", "modem", "sync", "gate")]
OTHERS = ("posko-nginx", "posko-dnsmasq", "posko-dnsmasq-offline")
ROUNDS = 20
DEVTOOLS = 9222
WITH_DEVTOOLS = "/run/browser-with-devtools"
TOUCHES = (
    ".kiosk-start",
    "main [name=lang][value=id]",
    "[name=choose][value=sampah]",
    "[name=phrase]",
    "[name=place]",
    "[value=next]",
    "[value=next]",
    "[name=agree][value=no]",
)
SCREENS = ("/darurat", "/status", "/status?tiket=07123456")
PAGES = ("/", "/lapor", "/papan", "/rapor", "/layanan", "/status?tiket=07123450")
EATS = """() => { window.eaten = []; setInterval(() => {
    window.eaten.push(new Uint8Array(8 * 2 ** 20).fill(1)) }, 20) }"""
GLUTTON = "glutton"
DEVOURS = "held = []\nwhile True: held.append(b'1' * 2**23)"


@pytest.fixture
def screen(shown: Bounded) -> Iterator[Page]:
    """What is on the screen of the box, to be touched."""
    flagged = f"--remote-debugging-port={DEVTOOLS} --kiosk"
    shown.must("sh", "-c", f"sed 's/--kiosk/{flagged}/' {SCRIPT} >{WITH_DEVTOOLS}")
    shown.must("chmod", "755", WITH_DEVTOOLS)
    start_by(shown, f"{HEADLESS}ExecStart=\nExecStart={WITH_DEVTOOLS}\n")
    with entered(shown.network), sync_playwright() as playwright:
        there = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{DEVTOOLS}")
        yield there.contexts[0].pages[0]
    start_by(shown, HEADLESS)


def start_by(machine: Bounded, drop_in: str) -> None:
    """The browser anew, by its unit with a drop-in; wait until its page is there."""
    machine.drop_in(f"{UNIT}.service", drop_in)
    machine.must("systemctl", "restart", UNIT)
    wait_until_shown(machine)


def test_residents_use_screen_and_wifi_of_1_gb_and_nothing_is_killed(
    shown: Bounded, screen: Page
) -> None:
    before, killed, most = pids(shown), shown.killed(), 0
    tickets = set()
    for number in range(ROUNDS):
        tickets.add(told_by_touch(screen))
        tickets.add(complain(shown, f"lampu jalan mati di jl Kenari {number}"))
        for path in PAGES:
            assert page_for_phone(shown, path).status < 400
        assert page_on_box(shown, 8082, "/siapkan").status == 200
        most = max(most, not_to_be_given_back(shown))
    assert len(tickets) == 2 * ROUNDS
    assert (shown.killed(), pids(shown)) == (killed, before)
    tell(shown, most)


def test_a_page_that_eats_all_memory_is_shown_anew_and_no_daemon_suffers(
    shown: Bounded, screen: Page
) -> None:
    """Its process is killed, or hangs before that, as there is no room for its program's file."""
    before, killed = pids(shown), shown.killed()
    [cage] = processes(shown, "^cage ")
    started_s = time.monotonic()
    screen.evaluate(EATS)
    assert complain(shown, "lampu jalan mati di jl Kenari").startswith("/tiket/")
    is_new = lambda: processes(shown, "^cage ") not in ([], [cage])  # noqa: E731
    wait_for(is_new, "the browser is new", limit_s=60)
    new_s = time.monotonic()
    wait_for(lambda: page_lives(shown, new_s), "the page is on the screen", limit_s=60)
    took_s = time.monotonic() - started_s
    print(f"from the first bite until back: {took_s:.1f} s; killed: {newly(killed, shown)}")
    assert pids(shown) == before


def test_where_all_memory_is_gone_the_browser_is_ended_before_any_daemon(shown: Bounded) -> None:
    before, killed = pids(shown), shown.killed()
    shown.must("systemd-run", f"--unit={GLUTTON}", "python3", "-c", DEVOURS)
    is_over = lambda: shown.show(GLUTTON, "ActiveState") == "failed"  # noqa: E731
    wait_for(is_over, "what eats is killed in the end", limit_s=120)
    print(f"killed, in this order: {newly(killed, shown)}")
    assert newly(killed, shown)[-1] == f"{GLUTTON}.service python3"
    assert pids(shown) == before
    assert complain(shown, "lampu jalan mati di jl Kenari").startswith("/tiket/")
    wait_until_shown(shown)


def told_by_touch(screen: Page) -> str:
    """Report from the first screen to the number, and go back; the address of the ticket."""
    screen.goto(f"http://127.0.0.1:{PORT}/")
    for touched in TOUCHES:
        screen.locator(f"{touched}:not(.visually-hidden)").first.click()
    screen.locator(".ticket").wait_for()
    ticket = screen.url.partition("?")[0]
    for path in SCREENS:
        screen.goto(f"http://127.0.0.1:{PORT}{path}")
    return ticket


def pids(machine: Bounded) -> dict[str, str]:
    """Of the box's programs, without the browser."""
    return {unit: machine.pid(unit) for unit in (*DAEMONS, *OTHERS)}


def newly(before: list[str], machine: Bounded) -> list[str]:
    """What was killed since."""
    return machine.killed()[len(before) :]


def not_to_be_given_back(machine: Bounded) -> int:
    """Bytes that its programs hold that no file has: what must find room, without swap."""
    held = machine.held()
    return held["total_rss"] + held["total_shmem"]


def tell(machine: Bounded, most: int) -> None:
    """Print what the box holds."""
    held = {unit: machine.pss_mib(pid) for unit, pid in pids(machine).items()}
    rows = {unit: held[unit] for unit in DAEMONS}
    rows["together"] = sum(rows.values())
    rows["nginx, both dnsmasq"] = sum(held[unit] for unit in OTHERS)
    rows["chromium"] = machine.pss_mib(*processes(machine, "^/usr/lib/chromium/"))
    rows["cage, Xwayland"] = machine.pss_mib(*processes(machine, "^cage |Xwayland "))
    rows["who watches them"] = machine.pss_mib(*processes(machine, WATCHER))
    print(f"\nmemory held (PSS) of {MEMORY_BYTES >> 20} MiB")
    for name, mib in rows.items():
        print(f"  {name:20} {mib:6.1f}")
    print(
        f"most held at once and in no file: {most >> 20} MiB; the browser's session with "
        f"pages of files: {int(machine.show(scope(machine, UNIT), 'MemoryCurrent')) >> 20}"
    )
