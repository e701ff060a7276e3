"""The port: opens the device, moves bytes, performs the machine's effects; one thread, one loop.

Knows the interfaces of port, hardware and mailbox. Does not know SQLite, people, or what is behind
the device path.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from appliance.runtime.logs import TRAFFIC
from modem import advice
from modem.events import (
    Deliver,
    Effect,
    Event,
    Health,
    ModemState,
    Noted,
    NoteSending,
    OutgoingPart,
    Perform,
    PinAccepted,
    PinSpent,
    PortLost,
    PortMissing,
    PortOpened,
    Received,
    Refused,
    Remark,
    Report,
    Reset,
    SendRequested,
    Sent,
    SpendPin,
    Stored,
    Tick,
    Uncertain,
    Verdict,
    WasReset,
    Write,
)
from modem.hardware import Hardware
from modem.machine import Machine
from modem.port import Port, advice_on, is_missing, open_port

log = logging.getLogger(__name__)

REOPEN_MIN_S = 1.0
REOPEN_MAX_S = 15.0
# How long a lost port stays closed, for the other side to notice (DTR is low meanwhile).
CLOSED_S = 0.5
# On a stop, how long a part that was handed to the modem may take to get its outcome.
GRACE_S = 5.0
_MAX_UNSTORED = 64


class NotStoredError(Exception):
    """The mailbox could not commit; the message must stay where it is."""


class Mailbox(Protocol):
    """What the driver needs from the side of the database."""

    def receive(self, pdu: bytes, *, memory: str, index: int | None) -> None:
        """Return only after the commit; raise `NotStoredError` to keep the message on the SIM."""

    def next_part(self) -> OutgoingPart | None:
        """The next part to try; nothing is noted yet, so a crash from here on repeats it."""

    def sending(self, part_id: int) -> None:
        """Return only after the commit that the part is being sent: from now on a crash leaves it
        uncertain. Raise `NotStoredError` to keep it from being sent.
        """

    def sent(self, part_id: int, reference: int) -> None:
        """The network took the part and numbered it (TP-MR)."""

    def refused(self, part_id: int, error: str, verdict: Verdict) -> None:
        """The part was certainly not sent."""

    def uncertain(self, part_id: int, error: str) -> None:
        """The part may have been sent; `error` is like "CMS 500", or "no answer"."""

    def spend_pin(self, key: str) -> bool:
        """Return only after the commit that this PIN is tried; False if it was tried before and
        not accepted. Raise `NotStoredError` to keep it from being tried.
        """

    def pin_accepted(self, key: str) -> None:
        """The SIM took a PIN that was spent: it may be tried again."""

    def modem_state(self, health: Health) -> None:
        """The health changed."""


class Driver:
    """Runs one modem until told to stop."""

    def __init__(
        self,
        *,
        device: str,
        machine: Machine,
        mailbox: Mailbox,
        open_device: Callable[[str], Port] = open_port,
        hardware: Hardware | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._device = device
        self._machine = machine
        self._mailbox = mailbox
        self._open_device = open_device
        self._hardware = hardware or Hardware(device)
        self._clock = clock
        self._port: Port | None = None
        self._retry_s = REOPEN_MIN_S
        self._is_absence_logged = False
        self._is_refusal_logged = False
        self._logged_state: ModemState | None = None
        self._is_reopen_due = False
        self._reset_due: Reset | None = None
        self._remarks: set[tuple[str, str]] = set()
        self._unstored: deque[Deliver] = deque(maxlen=_MAX_UNSTORED)

    def run(self, stop: threading.Event, on_turn: Callable[[], None] = lambda: None) -> None:
        """Serve until `stop` is set, then let a part on its way get its outcome.

        `on_turn` is called every turn of the loop, several times a second.
        """
        while not stop.is_set():
            on_turn()
            if self._port is None and not self._connect():
                stop.wait(self._retry_s)
                self._retry_s = min(2 * self._retry_s, REOPEN_MAX_S)
                continue
            self._turn(may_send=True)
            if self._port is None:
                self._reset()
                stop.wait(CLOSED_S)
        end_s = self._clock() + GRACE_S
        while self._port and self._machine.is_sending and self._clock() < end_s:
            self._turn(may_send=False)
        self._disconnect()

    def _connect(self) -> bool:
        try:
            self._port = self._open_device(self._device)
        except OSError as error:
            self._note_absence(error)
            if is_missing(error):
                self._feed(PortMissing())
                self._reset()
            return False
        log.info("Opened the modem. device=%s", self._device)
        self._is_absence_logged, self._retry_s = False, REOPEN_MIN_S
        self._hardware.opened()
        self._feed(PortOpened())
        return True

    def _note_absence(self, error: OSError) -> None:
        if self._is_absence_logged:
            return
        self._is_absence_logged = True
        log.warning(
            "Cannot open the modem; retrying. device=%s advice=%s error=%s",
            self._device,
            advice_on(error),
            error,
        )
        self._mailbox.modem_state(self._machine.health)

    def _reset(self) -> None:
        """Do what the machine asked for, now that the port is closed."""
        reset, self._reset_due = self._reset_due, None
        if reset is None:
            return
        self._is_reopen_due = False
        is_done = True
        if reset is Reset.USB:
            is_done = self._hardware.renew_usb()
        elif reset is Reset.POWER_KEY:
            is_done = self._hardware.press_power_key(self._machine.profile.power_key_s)
        if is_done:
            log.warning("Reset the modem. device=%s by=%s", self._device, reset)
            self._feed(WasReset(reset))

    def _disconnect(self) -> None:
        if self._port is not None:
            port, self._port = self._port, None
            try:
                port.close()
            except OSError as error:
                log.debug("Closing the modem failed. error=%s", error)
            self._feed(PortLost())

    def _turn(self, *, may_send: bool) -> None:
        data = self._read()
        self._feed(Received(data) if data else Tick())
        self._retry_unstored()
        if may_send and self._machine.can_send and (part := self._mailbox.next_part()):
            self._feed(SendRequested(part))
        if self._is_reopen_due:
            self._is_reopen_due = False
            self._disconnect()

    def _read(self) -> bytes:
        if self._port is None:
            return b""
        try:
            data = self._port.read(max(1, self._port.in_waiting))
        except OSError as error:
            self._lose(error)
            return b""
        if data:
            log.log(TRAFFIC, "Read. bytes=%r", data)
        return data

    def _write(self, data: bytes) -> None:
        """A failure ends the turn, not the step: effects behind this one still count."""
        if self._port is None or self._is_reopen_due:
            return
        try:
            log.log(TRAFFIC, "Write. bytes=%r", data)
            self._port.write(data)
        except OSError as error:
            self._lose(error)

    def _lose(self, error: OSError) -> None:
        self._is_reopen_due = True
        log.warning(
            "Lost the modem; check its cable and power supply; reopening. device=%s error=%s",
            self._device,
            error,
        )

    def _feed(self, event: Event) -> None:
        """Step the machine, and again with what its effects bring about."""
        events: deque[Event] = deque([event])
        while events:
            for effect in self._machine.step(events.popleft(), self._clock()):
                answer = self._perform(effect)
                if answer is not None:
                    events.append(answer)

    def _perform(self, effect: Effect) -> Event | None:
        match effect:
            case Write(data):
                self._write(data)
            case Deliver():
                return self._deliver(effect)
            case NoteSending(part_id):
                return Noted(part_id, is_noted=self._note_sending(part_id))
            case Sent(part_id, reference):
                self._mailbox.sent(part_id, reference)
            case Refused(part_id, error, verdict):
                self._mailbox.refused(part_id, error, verdict)
            case Uncertain(part_id, error):
                self._mailbox.uncertain(part_id, error)
            case SpendPin(key):
                return PinSpent(self._spend_pin(key))
            case PinAccepted(key):
                self._mailbox.pin_accepted(key)
            case Perform(reset):
                self._reset_due, self._is_reopen_due = reset, True
            case Remark(text):
                self._remark(text)
            case Report(health):
                self._report(health)
        return None

    def _remark(self, text: str) -> None:
        """Log what is so about a modem once, not at each of its starts."""
        remark = (self._machine.profile.name, text)
        if remark not in self._remarks:
            self._remarks.add(remark)
            log.warning("%s", text)

    def _note_sending(self, part_id: int) -> bool:
        if self._port is None or self._is_reopen_due:
            return False
        try:
            self._mailbox.sending(part_id)
        except NotStoredError:
            return False
        return True

    def _spend_pin(self, key: str) -> bool:
        try:
            return self._mailbox.spend_pin(key)
        except NotStoredError:
            return False

    def _deliver(self, effect: Deliver) -> Event:
        try:
            self._mailbox.receive(effect.pdu, memory=effect.memory, index=effect.index)
        except NotStoredError as error:
            if effect.index is None:
                self._unstored.append(effect)
            if not self._is_refusal_logged:
                self._is_refusal_logged = True
                log.warning("Cannot store messages, they stay on the SIM. error=%s", error)
            return Stored(effect.delivery_id, is_stored=False)
        self._is_refusal_logged = False
        return Stored(effect.delivery_id, is_stored=True)

    def _retry_unstored(self) -> None:
        """What came without a slot (+CMT, +CDS) waits here, for the SIM does not have it."""
        if self._unstored:
            self._deliver(self._unstored.popleft())

    def _report(self, health: Health) -> None:
        """Log a change of state; the rest of the health changes every minute."""
        self._mailbox.modem_state(health)
        if health.state is self._logged_state:
            return
        self._logged_state = health.state
        to_do = "; ".join(advice.about_state(health))
        log.log(
            logging.WARNING if to_do else logging.INFO,
            "Modem state changed. state=%s advice=%s profile=%s signal_dbm=%s used=%s/%s resets=%s",
            health.state,
            to_do or "none",
            health.profile,
            health.signal_dbm,
            health.used,
            health.total,
            " ".join(f"{reset}:{count}" for reset, count in health.resets) or "none",
        )
