"""The port: opens the device, moves bytes, performs the machine's effects; one thread, one loop.

Knows pyserial and the mailbox's interface. Does not know SQLite, people, or what is behind the
device path.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

import serial

from appliance.runtime.logs import TRAFFIC
from modem.events import (
    Deliver,
    Effect,
    Event,
    Health,
    ModemState,
    Noted,
    NoteSending,
    OutgoingPart,
    PortLost,
    PortOpened,
    Received,
    Refused,
    Remark,
    Reopen,
    Report,
    SendRequested,
    Sent,
    Stored,
    Tick,
    Uncertain,
    Verdict,
    Write,
)
from modem.machine import Machine

log = logging.getLogger(__name__)

BAUD_RATE = 115_200
# How long one read blocks: bounds the reaction to a text queued by another process.
READ_TIMEOUT_S = 0.1
# A modem that takes no bytes for this long is as good as gone.
WRITE_TIMEOUT_S = 5.0
REOPEN_MIN_S = 1.0
REOPEN_MAX_S = 15.0
# How long a lost port stays closed, for the other side to notice (DTR is low meanwhile).
CLOSED_S = 0.5
# On a stop, how long a part that was handed to the modem may take to get its outcome.
GRACE_S = 5.0
_MAX_UNSTORED = 64
_ADVICE = {
    ModemState.NO_NETWORK: "check the antenna and whether the SIM is active",
    ModemState.NO_SIM: "insert the SIM and restart the modem",
    ModemState.PIN_REQUIRED: "set [modem] pin, or remove the PIN in a phone, then restart",
    ModemState.PUK_REQUIRED: "unlock the SIM with its PUK in a phone",
    ModemState.RECOVERING: "wait; if it stays, check the modem's power supply",
}


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

    def uncertain(self, part_id: int) -> None:
        """The part may have been sent."""

    def modem_state(self, health: Health) -> None:
        """The health changed."""


class Port(Protocol):
    """The part of `serial.Serial` that is used."""

    @property
    def in_waiting(self) -> int:
        """How many bytes a read would return at once."""

    def read(self, size: int, /) -> bytes:
        """Read up to `size` bytes within the time-out."""

    def write(self, data: bytes, /) -> int | None:
        """Write all of `data`."""

    def close(self) -> None:
        """Close the device."""


def open_port(device: str, *, baud: int = BAUD_RATE) -> Port:
    """Open the device for us alone; a device without modem lines (ENOTTY) is fine."""
    return serial.Serial(
        device,
        baud,
        timeout=READ_TIMEOUT_S,
        write_timeout=WRITE_TIMEOUT_S,
        exclusive=True,
    )


class Driver:
    """Runs one modem until told to stop."""

    def __init__(
        self,
        *,
        device: str,
        machine: Machine,
        mailbox: Mailbox,
        open_device: Callable[[str], Port] = open_port,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._device = device
        self._machine = machine
        self._mailbox = mailbox
        self._open_device = open_device
        self._clock = clock
        self._port: Port | None = None
        self._retry_s = REOPEN_MIN_S
        self._is_absence_logged = False
        self._is_refusal_logged = False
        self._logged_state: ModemState | None = None
        self._is_reopen_due = False
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
                stop.wait(CLOSED_S)
        end_s = self._clock() + GRACE_S
        while self._port and self._machine.is_sending and self._clock() < end_s:
            self._turn(may_send=False)
        self._disconnect()

    def _connect(self) -> bool:
        try:
            self._port = self._open_device(self._device)
        except OSError as error:
            if not self._is_absence_logged:
                self._is_absence_logged = True
                log.warning(
                    "Cannot open the modem; check its cable, its power and [modem] device; "
                    "retrying. device=%s error=%s",
                    self._device,
                    error,
                )
                self._mailbox.modem_state(self._machine.health)
            return False
        log.info("Opened the modem. device=%s", self._device)
        self._is_absence_logged, self._retry_s = False, REOPEN_MIN_S
        self._feed(PortOpened())
        return True

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
            case Uncertain(part_id):
                self._mailbox.uncertain(part_id)
            case Reopen():
                self._is_reopen_due = True
            case Remark(text):
                log.warning("%s", text)
            case Report(health):
                self._report(health)
        return None

    def _note_sending(self, part_id: int) -> bool:
        if self._port is None or self._is_reopen_due:
            return False
        try:
            self._mailbox.sending(part_id)
        except NotStoredError:
            return False
        return True

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
        log.log(
            logging.WARNING if health.state in _ADVICE else logging.INFO,
            "Modem state changed. state=%s advice=%s profile=%s signal_dbm=%s used=%s/%s "
            "restarts=%s",
            health.state,
            _ADVICE.get(health.state, "none"),
            health.profile,
            health.signal_dbm,
            health.used,
            health.total,
            health.restarts,
        )
