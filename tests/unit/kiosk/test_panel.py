"""The panel: what its lamps say, and gpiozero's mock pins between buttons, database and pages."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory
from hypothesis import given
from hypothesis import strategies as st

from appliance.actions.box import health, reporting
from appliance.actions.cases import helping
from appliance.kiosk.app import create_app
from appliance.kiosk.panel import Lamp, is_lit, panel_state
from appliance.kiosk.panel_news import PanelNews
from appliance.kiosk.panel_pins import BLINK_TICKS, PanelPins
from appliance.runtime.kiosk_settings import Panel
from appliance.runtime.settings import Settings, Site
from appliance.store.cases import help_calls
from appliance.store.database import connect
from tests.conftest import Clock, at
from tests.support.waiting import wait_for

START, HELP, SENSOR, POWER, UPLINK, MODEM, PROBLEM, BUZZER = 17, 27, 22, 5, 6, 13, 19, 26


def state(**processes: dict[str, str]):
    gauges = {
        process.replace("_", "-"): {name: (value, at().wall) for name, value in values.items()}
        for process, values in processes.items()
    }
    return panel_state(gauges, None, at().wall)


def test_before_anything_was_said_only_power_is_on() -> None:
    lamps = state()
    assert (lamps.power, lamps.uplink, lamps.modem, lamps.problem, lamps.is_buzzing) == (
        Lamp.ON,
        Lamp.OFF,
        Lamp.OFF,
        Lamp.OFF,
        False,
    )


@pytest.mark.parametrize(("link", "lamp"), [("up", Lamp.ON), ("down", Lamp.BLINK)])
def test_the_uplink_lamp_follows_the_link(link: str, lamp: Lamp) -> None:
    assert state(sync={"link": link}).uplink is lamp


def test_one_modem_that_is_ready_is_enough() -> None:
    assert state(modem={"state": "absent"}).modem is Lamp.BLINK
    assert state(modem={"state": "absent"}, modem_xl={"state": "ready"}).modem is Lamp.ON


@pytest.mark.parametrize(
    "processes",
    [
        {"modem_xl": {"advice": "insert the SIM"}},
        {"sync": {"link_alarm": "the certificate ends"}},
        {"gate": {"problem": "no nft"}},
        {"kiosk": {"printer_advice": "put in a new roll of paper"}},
    ],
    ids=lambda processes: next(iter(processes)),
)
def test_whatever_a_technician_has_to_do_lights_the_problem_lamp(processes: dict) -> None:
    assert state(**processes).problem is Lamp.ON


def test_who_waits_for_an_officer_is_seen_and_heard_again_and_again() -> None:
    called = at().wall
    heard = [panel_state({}, called, at(seconds=second).wall) for second in range(65)]
    assert {lamps.problem for lamps in heard} == {Lamp.BLINK}
    assert [second for second, lamps in enumerate(heard) if lamps.is_buzzing] == [0, 30, 60]


@given(
    st.dictionaries(
        st.sampled_from(["sync", "gate", "modem", "modem-xl", "kiosk", "portal"]),
        st.dictionaries(
            st.sampled_from(["link", "state", "advice", "problem", "printer_advice"]),
            st.tuples(st.text(max_size=9), st.just(at().wall)),
        ),
    )
)
def test_whatever_processes_say_the_panel_shows_something(gauges: dict) -> None:
    assert panel_state(gauges, None, at().wall).power is Lamp.ON


def test_the_screen_is_dark_while_nobody_is_there() -> None:
    assert is_lit(0)
    assert is_lit(119)
    assert not is_lit(120)


# The wires


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    before, Device.pin_factory = Device.pin_factory, MockFactory()
    yield Device.pin_factory
    Device.pin_factory.reset()
    Device.pin_factory = before


@pytest.fixture
def news(clock: Clock) -> PanelNews:
    return PanelNews(lambda: clock().mono_ms / 1000)


@pytest.fixture
def backlight(tmp_path: Path) -> Path:
    path = tmp_path / "bl_power"
    path.write_text("0")
    return path


@pytest.fixture
def panel(pins, db_path: Path, news: PanelNews, clock: Clock, backlight: Path) -> PanelPins:
    wired = Panel(
        start_button=START,
        help_button=HELP,
        presence_sensor=SENSOR,
        power_led=POWER,
        uplink_led=UPLINK,
        modem_led=MODEM,
        problem_led=PROBLEM,
        buzzer=BUZZER,
        backlight=backlight,
    )
    return PanelPins(wired, partial(connect, db_path), news, clock)


def press(pins: MockFactory, pin: int) -> None:
    pins.pin(pin).drive_low()
    pins.pin(pin).drive_high()


def test_lamps_follow_the_database(panel: PanelPins, pins, db: sqlite3.Connection) -> None:
    panel.tick(db)
    assert [pins.pin(n).state for n in (POWER, UPLINK, MODEM, PROBLEM)] == [1, 0, 0, 0]
    health.state(db, "sync", {"link": "up"}, at())
    health.state(db, "modem", {"state": "ready", "advice": "top up the SIM"}, at())
    panel.tick(db)
    assert [pins.pin(n).state for n in (POWER, UPLINK, MODEM, PROBLEM)] == [1, 1, 1, 1]


def test_a_blinking_lamp_is_on_and_off_alike(panel: PanelPins, pins, db) -> None:
    health.state(db, "sync", {"link": "down"}, at())
    shown = []
    for _ in range(4 * BLINK_TICKS):
        panel.tick(db)
        shown.append(pins.pin(UPLINK).state)
    assert sum(shown) == len(shown) // 2


def test_the_help_button_calls_until_somebody_says_that_he_came(
    panel: PanelPins, pins, news: PanelNews, db, clock: Clock
) -> None:
    press(pins, HELP)
    panel.tick(db)
    assert news.now.is_help_called
    assert pins.pin(BUZZER).state == 1
    called_at = reporting.facts(db)["help_called_at"]
    assert called_at
    clock.forward(seconds=10)
    press(pins, HELP)
    panel.tick(db)
    assert pins.pin(BUZZER).state == 0
    assert reporting.facts(db)["help_called_at"] == called_at, "pressing again is the same call"
    assert helping.answer(db, clock())
    panel.tick(db)
    assert not news.now.is_help_called
    assert reporting.facts(db)["help_called_at"] is None


def test_the_call_is_kept_over_a_restart_of_the_kiosk(panel: PanelPins, pins, db) -> None:
    press(pins, HELP)
    panel.tick(db)
    with sqlite3.connect(db.path) as other:
        assert other.execute("SELECT count(*) FROM help_calls").fetchone() == (1,)


def test_the_start_button_is_told_to_the_page_that_waits(panel, pins, news: PanelNews) -> None:
    seen, heard = str(news.now), []
    page = threading.Thread(target=lambda: heard.append(news.after(seen, wait_s=10)))
    page.start()
    press(pins, START)
    page.join()
    assert [latest.starts for latest in heard] == [1]


def test_only_one_page_at_a_time_waits(news: PanelNews) -> None:
    seen = str(news.now)
    pages = [threading.Thread(target=news.after, args=(seen, 60)) for _ in range(5)]
    for page in pages:
        page.start()
    wait_for(lambda: sum(page.is_alive() for page in pages) == 1, "four were sent away")
    news.started()
    for page in pages:
        page.join()


def test_a_page_that_missed_a_press_hears_of_it_at_once(news: PanelNews) -> None:
    seen = str(news.now)
    news.started()
    assert news.after(seen, wait_s=60).starts == 1


def test_presence_turns_the_screen_on_and_absence_off(
    panel: PanelPins, pins, db, clock: Clock, backlight: Path
) -> None:
    clock.forward(minutes=3)
    panel.tick(db)
    assert backlight.read_text() == "4"
    pins.pin(SENSOR).drive_high()
    panel.tick(db)
    assert backlight.read_text() == "0"
    clock.forward(minutes=3)
    panel.tick(db)
    assert backlight.read_text() == "0", "he is still there"


def test_a_screen_that_cannot_be_turned_off_stays_on_and_is_told_once(
    panel: PanelPins, db, clock: Clock, backlight: Path, caplog: pytest.LogCaptureFixture
) -> None:
    backlight.unlink()
    backlight.mkdir()
    clock.forward(minutes=3)
    for _ in range(3):
        panel.tick(db)
    assert caplog.text.count("Cannot turn the screen") == 1


def test_the_loop_reads_the_database_only_when_it_has_changed_and_ends_dark(
    panel: PanelPins, pins, db: sqlite3.Connection
) -> None:
    stop = threading.Event()
    loop = threading.Thread(target=panel.run, args=(stop,))
    loop.start()
    wait_for(lambda: pins.pin(POWER).state == 1, "the lamps are on")
    health.state(db, "sync", {"link": "up"}, at())
    wait_for(lambda: pins.pin(UPLINK).state == 1, "the change is shown")
    stop.set()
    loop.join()
    assert pins.pin(POWER).state == 0


# The pages


@pytest.fixture
def kiosk(db_path: Path, new_id: Callable[[], str], clock: Clock, news: PanelNews):
    settings = Settings(site=Site(code="14.71.07", name="Bukit Raya", city="Pekanbaru"))
    app = create_app(settings, partial(connect, db_path), now=clock, new_id=new_id, panel=news)
    return app.test_client()


def test_a_page_carries_what_it_has_seen_and_hears_what_came_after(kiosk, news: PanelNews) -> None:
    assert 'data-panel="0-0" hidden' in kiosk.get("/").text
    news.started()
    assert kiosk.get("/panel?seen=0-0").json == {
        "state": "1-0",
        "starts": 1,
        "is_help_called": False,
    }
    news.help_is_called(True)
    page = kiosk.get("/").text
    assert 'data-panel="1-1"' in page
    assert 'data-panel="1-1" hidden' not in page
    assert "Petugas sudah dipanggil" in page


def test_a_page_is_a_sign_of_life_and_its_waiting_is_none(kiosk, news, clock: Clock) -> None:
    clock.forward(minutes=5)
    kiosk.get("/panel?seen=other")
    assert news.idle_s == 300
    kiosk.get("/")
    assert news.idle_s == 0


def test_without_a_panel_no_page_listens(db_path: Path, clock: Clock) -> None:
    settings = Settings(site=Site(code="14.71.07", name="Bukit Raya", city="Pekanbaru"))
    bare = create_app(settings, partial(connect, db_path), now=clock).test_client()
    assert "data-panel" not in bare.get("/").text
    assert bare.get("/panel").status_code == 404


def test_an_open_call_is_one(db: sqlite3.Connection) -> None:
    first = helping.call(db, at())
    assert helping.call(db, at(minutes=1)) == first
    assert help_calls.open_since(db) == at().wall
    assert helping.answer(db, at(minutes=2))
    assert not helping.answer(db, at(minutes=2))
    assert helping.call(db, at(minutes=3)) != first
