"""What the machine is told and what it asks for: the vocabulary between machine and driver."""

import enum
from dataclasses import dataclass
from datetime import date


class ModemState(enum.StrEnum):
    """What an operator would call the state of the channel."""

    ABSENT = "absent"
    STARTING = "starting"
    READY = "ready"
    NO_NETWORK = "no_network"
    NO_SIM = "no_sim"
    PIN_REQUIRED = "pin_required"
    PUK_REQUIRED = "puk_required"
    TEXT_MODE = "text_mode"
    """It shows messages in text mode only, which loses signs and cannot join parts."""
    RECOVERING = "recovering"


class Verdict(enum.StrEnum):
    """What a refusal to send means for the future."""

    TEMPORARY = "temporary"
    LASTING = "lasting"
    """Worth another try, but not soon (24.011 annex E: "likely to last")."""
    PERMANENT = "permanent"
    STOP = "stop"


class Reset(enum.StrEnum):
    """What is done to a modem that does not serve, mildest first; the values are gauges' names."""

    REATTACH = "reattach"
    RESTART = "restart"
    REOPEN = "reopen"
    USB = "usb"
    POWER_KEY = "power_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the operator says of the SIM's credit and its last day."""

    balance_rp: int | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The channel at a glance; reported whenever it changes.

    `operator` is the MCC and MNC of the SIM's home network, or "" if it cannot be read. `resets`
    counts since ever.
    """

    state: ModemState
    profile: str = ""
    operator: str = ""
    is_registered: bool = False
    signal_dbm: int | None = None
    used: int | None = None
    total: int | None = None
    account: Account = Account()
    resets: tuple[tuple[Reset, int], ...] = ()

    @property
    def is_full(self) -> bool:
        """Whether no slot is free."""
        return self.total is not None and self.used is not None and self.used >= self.total > 0

    @property
    def restarts(self) -> int:
        """How often the firmware was restarted."""
        return dict(self.resets).get(Reset.RESTART, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds that the machine waits; tests shrink them, measured modems may stretch them."""

    attention_s: float = 1.0
    command_s: float = 5.0
    storage_s: float = 8.0
    prompt_s: float = 10.0
    # 27.005 sets no limit; networks were seen to answer after a minute (sms timers of 24.011).
    send_s: float = 120.0
    quiet_s: float = 0.3
    sms_ready_s: float = 60.0
    retry_s: float = 2.0
    sweep_every_s: float = 20.0
    poll_every_s: float = 10.0
    inspect_every_s: float = 30.0
    store_retry_s: float = 10.0
    not_ready_retry_s: float = 30.0
    everything_every_s: float = 600.0
    restart_s: float = 20.0
    # A port that gave no answer to the order has probably not passed it on: reopening comes next.
    unheard_restart_s: float = 5.0
    restart_every_s: float = 300.0
    usb_every_s: float = 900.0
    # One pulse turns a modem off or on: a second one may have to follow soon.
    power_key_every_s: float = 120.0
    # The least time between two takings off the network on purpose; and how long it may be lost,
    # or a SIM that was full may stay silent, until that is tried.
    reattach_every_s: float = 3600.0
    lost_network_s: float = 600.0
    silent_after_full_s: float = 30.0
    absent_s: float = 120.0
    backoff_s: float = 5.0
    backoff_max_s: float = 60.0
    # USSD: at most this long for an answer; only when nothing was sent or received for so long.
    ussd_s: float = 60.0
    calm_s: float = 60.0
    balance_every_s: float = 12 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingPart:
    """One TPDU to send; `NoteSending` comes when the modem asks for it."""

    part_id: int
    tpdu: bytes


# Events


@dataclass(frozen=True, slots=True)
class PortOpened:
    """The port is open; whatever the modem was told before counts for nothing."""


@dataclass(frozen=True, slots=True)
class PortLost:
    """The port vanished or was closed."""


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes were read."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The mailbox committed a delivery, or could not."""

    delivery_id: int
    is_stored: bool


@dataclass(frozen=True, slots=True)
class SendRequested:
    """Send this part now; only while `Machine.can_send`."""

    part: OutgoingPart


@dataclass(frozen=True, slots=True)
class Noted:
    """The mailbox committed that the part is being sent, or could not."""

    part_id: int
    is_noted: bool


@dataclass(frozen=True, slots=True)
class PinSpent:
    """The mailbox committed that the PIN is tried now; or not, for it was tried before."""

    is_granted: bool


@dataclass(frozen=True, slots=True)
class PortMissing:
    """There is no device to open."""


@dataclass(frozen=True, slots=True)
class WasReset:
    """The driver did what `Reset` asked for."""

    reset: Reset


Event = (
    PortOpened
    | PortLost
    | PortMissing
    | Received
    | Tick
    | Stored
    | SendRequested
    | Noted
    | PinSpent
    | WasReset
)

# Effects


@dataclass(frozen=True, slots=True)
class Write:
    """Write these bytes to the port."""

    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """Hand this PDU to the mailbox and answer with `Stored`; `index` is None for +CMT and +CDS."""

    delivery_id: int
    pdu: bytes
    memory: str
    index: int | None


@dataclass(frozen=True, slots=True)
class NoteSending:
    """Commit that the part is being sent and answer with `Noted`: next it is written."""

    part_id: int


@dataclass(frozen=True, slots=True)
class Sent:
    """The network took the part under this reference (TP-MR)."""

    part_id: int
    reference: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The part was certainly not sent; `error` is like "CMS 38"."""

    part_id: int
    error: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The part may or may not have been sent: never to be repeated blindly.

    `error` is what the modem answered, like "CMS 500", or "no answer".
    """

    part_id: int
    error: str


@dataclass(frozen=True, slots=True)
class SpendPin:
    """Commit that the PIN of this key is tried at its SIM now, and answer with `PinSpent`."""

    key: str


@dataclass(frozen=True, slots=True)
class PinAccepted:
    """The SIM took the PIN of this key: it may be tried again."""

    key: str


@dataclass(frozen=True, slots=True)
class Perform:
    """Close the port, do this to the modem, open the port again; answer with `WasReset`."""

    reset: Reset


@dataclass(frozen=True, slots=True)
class Report:
    """The health changed."""

    health: Health


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about this modem that an operator should read once."""

    text: str


SendOutcome = Sent | Refused | Uncertain
Effect = (
    Write
    | Deliver
    | NoteSending
    | Sent
    | Refused
    | Uncertain
    | SpendPin
    | PinAccepted
    | Perform
    | Report
    | Remark
)
