"""When the page on the touch screen counts as dead; what then: tests/nspawn/kiosk_browser.py."""

import pytest
from flask import Flask

from appliance.screen.browser_watch import BEGIN_S, PATH, SILENT_S, PageWatch
from appliance.screen.page_beat import add_beat

SOON = 3.0


def beaten(*at_s: float) -> PageWatch:
    page = PageWatch(0)
    for now_s in at_s:
        page.heard(0.0, now_s)
    return page


def test_a_page_that_lives_is_left_alone() -> None:
    assert not beaten(10, 11).is_dead(11 + SILENT_S)


def test_a_page_that_is_silent_is_dead() -> None:
    assert beaten(10, 11).is_dead(12 + SILENT_S)


@pytest.mark.parametrize("age_s", [None, SOON + 1])
def test_a_browser_that_starts_has_time_whatever_the_one_before_it_did(age_s: float | None) -> None:
    page = PageWatch(0)
    page.heard(age_s, SOON)
    assert not page.is_dead(BEGIN_S)
    assert page.is_dead(BEGIN_S + SILENT_S + 1)


def test_while_nobody_can_tell_nothing_is_held_against_the_page() -> None:
    page = beaten(10)
    page.not_heard(100)
    page.heard(None, 101)
    assert not page.is_dead(100 + SILENT_S)
    assert page.is_dead(101 + SILENT_S)


@pytest.mark.parametrize(
    ("asking", "age_s"), [("127.0.0.1", 2.0), ("127.3.2.1", 2.0), ("::1", 2.0), ("192.0.2.7", None)]
)
def test_only_a_page_on_this_machine_is_the_screens(asking: str, age_s: float | None) -> None:
    app, times_s = Flask("kiosk"), iter((5.0, 7.0))
    add_beat(app, lambda: next(times_s))
    client = app.test_client()
    said = client.get(f"{PATH}/halaman", environ_base={"REMOTE_ADDR": asking})
    assert said.status_code == 204
    assert client.get(PATH).json == {"age_s": age_s, "vain": 0}


@pytest.mark.parametrize(("vain", "times"), [(0, 1), (1, 2), (2, 4), (3, 8), (9, 8)])
def test_after_browsers_in_vain_the_next_has_longer(vain: int, times: int) -> None:
    page = PageWatch(0)
    page.heard(None, SOON, vain=vain)
    assert not page.is_dead(times * BEGIN_S)
    assert page.is_dead(times * BEGIN_S + SILENT_S + 1)
    page.heard(0.0, SOON + 1, vain=vain)
    assert page.is_dead(SOON + 2 + SILENT_S)


def test_browsers_are_in_vain_that_never_had_a_page() -> None:
    app = Flask("kiosk")
    add_beat(app)
    client = app.test_client()

    def vain(browser: str) -> int:
        found: int = client.get(f"{PATH}?browser={browser}").json["vain"]
        return found

    assert [vain(pid) for pid in ("1", "1", "2", "3", "3")] == [0, 0, 1, 2, 2]
    client.get(f"{PATH}/halaman")
    assert [vain(pid) for pid in ("3", "4", "5")] == [2, 0, 1]
