"""The panel's thread: pins in, lamps out, through gpiozero, which is loaded only where wired.

gpiozero takes its pin factory from GPIOZERO_PIN_FACTORY; `mock` needs no hardware.
"""

import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import Any, Protocol

from appliance.actions.cases import helping
from appliance.domain.errors import PoskoError
from appliance.domain.moment import Moment
from appliance.kiosk.panel import Gauges, Lamp, Lamps, is_lit, panel_state
from appliance.kiosk.panel_news import PanelNews
from appliance.runtime.kiosk_settings import Panel
from appliance.store.box import gauges
from appliance.store.cases import help_calls
from appliance.store.commits import Watcher

log = logging.getLogger(__name__)

TICK_S = 0.25
BLINK_TICKS = 2
"""On and off for half a second each."""
BOUNCE_S = 0.05
ANSWERED_AFTER_S = 3.0
"""An officer holds the help button so long to say that he has come."""
AGAIN_AFTER_S = 5.0
_SCREEN_ON, _SCREEN_OFF = "0", "4"
"""FB_BLANK_UNBLANK and FB_BLANK_POWERDOWN of linux/fb.h."""


class Light(Protocol):
    """An output of gpiozero."""

    value: float


class PanelPins:
    """The wired panel of one kiosk; opens its pins at once."""

    def __init__(
        self,
        panel: Panel,
        connect: Callable[[], sqlite3.Connection],
        news: PanelNews,
        now: Callable[[], Moment],
    ) -> None:
        self._panel, self._connect, self._news, self._now = panel, connect, news, now
        self._todo: queue.SimpleQueue[Callable[[sqlite3.Connection, Moment], object]] = (
            queue.SimpleQueue()
        )
        self._ticks = 0
        self._gauges: Gauges = {}
        self._help_since: datetime | None = None
        self._is_screen_on: bool | None = None
        self._sensor: Any = None
        self._buttons: list[Any] = []
        self._lights: dict[str, Light] = {}
        self._open_pins()

    def run(self, stop: threading.Event) -> None:
        """Work until `stop`; then all lamps go out."""
        while not stop.is_set():
            try:
                with closing(self._connect()) as db:
                    watcher = Watcher(db)
                    while not stop.wait(TICK_S):
                        self.tick(db, is_fresh=not watcher.changed())
            except (PoskoError, sqlite3.Error) as error:
                log.warning("the panel waits for the database reason=%s", error)
                stop.wait(AGAIN_AFTER_S)
        for light in self._lights.values():
            light.value = 0

    def tick(self, db: sqlite3.Connection, *, is_fresh: bool = False) -> None:
        """Do what buttons asked for, then show how things are; `is_fresh`: nothing has changed."""
        now = self._now()
        while not self._todo.empty():
            self._todo.get()(db, now)
            is_fresh = False
        if not is_fresh:
            self._gauges, self._help_since = gauges.every(db), help_calls.open_since(db)
            self._news.help_is_called(self._help_since is not None)
        self._show(panel_state(self._gauges, self._help_since, now.wall))
        if self._sensor is not None:
            if self._sensor.value:
                self._news.touched()
            self._light_screen(is_on=is_lit(self._news.idle_s))

    def _open_pins(self) -> None:
        import gpiozero  # noqa: PLC0415 - only where a pin is configured

        panel = self._panel
        if panel.start_button is not None:
            start = gpiozero.Button(panel.start_button, bounce_time=BOUNCE_S)
            start.when_pressed = self._news.started
            self._buttons.append(start)
        if panel.help_button is not None:
            call = gpiozero.Button(
                panel.help_button, bounce_time=BOUNCE_S, hold_time=ANSWERED_AFTER_S
            )
            call.when_pressed = lambda: self._todo.put(helping.call)
            call.when_held = lambda: self._todo.put(helping.answer)
            self._buttons.append(call)
        if panel.presence_sensor is not None:
            self._sensor = gpiozero.DigitalInputDevice(panel.presence_sensor)
        for name, pin in panel.pins.items():
            if name.endswith("_led") or name == "buzzer":
                self._lights[name.removesuffix("_led")] = gpiozero.DigitalOutputDevice(pin)

    def _show(self, lamps: Lamps) -> None:
        self._ticks += 1
        is_bright = self._ticks // BLINK_TICKS % 2 == 0
        for name, light in self._lights.items():
            if name == "buzzer":
                light.value = lamps.is_buzzing
            else:
                lamp = getattr(lamps, name)
                light.value = lamp is Lamp.ON or (lamp is Lamp.BLINK and is_bright)

    def _light_screen(self, *, is_on: bool) -> None:
        backlight = self._panel.backlight
        if backlight is None or is_on == self._is_screen_on:
            return
        self._is_screen_on = is_on
        try:
            backlight.write_text(_SCREEN_ON if is_on else _SCREEN_OFF, encoding="ascii")
        except OSError as error:
            log.warning(
                "Cannot turn the screen on or off; let the group of posko-kiosk write the file "
                "(docs/kiosk.md). file=%s error=%s",
                backlight,
                error,
            )
