"""What the machine is told and what it asks for: the vocabulary between machine and driver."""

import enum
from dataclasses import dataclass


class ModemState(enum.StrEnum):
    """What an operator would call the state of the channel."""

    ABSENT = "absent"
    STARTING = "starting"
    READY = "ready"
    NO_NETWORK = "no_network"
    NO_SIM = "no_sim"
    PIN_REQUIRED = "pin_required"
    PUK_REQUIRED = "puk_required"
    RECOVERING = "recovering"


class Verdict(enum.StrEnum):
    """What a refusal to send means for the future."""

    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The channel at a glance; reported whenever it changes."""

    state: ModemState
    profile: str = ""
    is_registered: bool = False
    signal_dbm: int | None = None
    used: int | None = None
    total: int | None = None
    restarts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds that the machine waits; tests shrink them, measured modems may stretch them."""

    attention_s: float = 1.0
    command_s: float = 5.0
    storage_s: float = 8.0
    prompt_s: float = 5.0
    # 27.005 sets no limit; networks were seen to answer after a minute (sms timers of 24.011).
    send_s: float = 120.0
    quiet_s: float = 0.3
    sms_ready_s: float = 60.0
    retry_s: float = 2.0
    sweep_every_s: float = 60.0
    poll_every_s: float = 10.0
    inspect_every_s: float = 60.0
    store_retry_s: float = 10.0
    not_ready_retry_s: float = 30.0
    restart_s: float = 20.0
    restart_every_s: float = 300.0
    backoff_s: float = 5.0
    backoff_max_s: float = 60.0


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


Event = PortOpened | PortLost | Received | Tick | Stored | SendRequested | Noted

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
    """The part may or may not have been sent: never to be repeated blindly."""

    part_id: int


@dataclass(frozen=True, slots=True)
class Reopen:
    """Close the port and open it again."""


@dataclass(frozen=True, slots=True)
class Report:
    """The health changed."""

    health: Health


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about this modem that an operator should read once."""

    text: str


SendOutcome = Sent | Refused | Uncertain
Effect = Write | Deliver | NoteSending | Sent | Refused | Uncertain | Reopen | Report | Remark
