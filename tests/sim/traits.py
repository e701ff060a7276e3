"""What a simulated modem has and suffers: its SIM, its faults, and a record of what befell it."""

from dataclasses import dataclass, field


@dataclass
class Faults:
    """Traits; counters go down as they are used up."""

    lost_urcs: bool = False
    urc_inside: bool = False
    garbage: bool = False
    lost_finals: int = 0
    doubled_finals: int = 0
    no_network: bool = False
    silent_sends: int = 0
    send_errors: list[int] = field(default_factory=list)
    send_error_after_sending: int = 0
    no_prompts: int = 0
    prompt_delay_s: float = 0.0
    """How long after CMGS the prompt comes; what is written before is not heard."""
    send_delay_s: float = 0.0
    """How long the network takes to answer a message that it has already taken."""
    prompt_errors: list[int] = field(default_factory=list)
    """Codes that come instead of a prompt."""
    no_listing: bool = False
    hang: str = ""
    """`reopen` or `restart`: what heals it."""
    lost_deletes: int = 0


@dataclass
class Slot:
    """One place in a memory."""

    pdu: bytes
    is_read: bool = False


@dataclass
class Sim:
    """What a reboot does not touch."""

    capacity: int = 20
    first_index: int = 0
    memories: dict[str, dict[int, Slot]] = field(default_factory=lambda: {"SM": {}, "ME": {}})
    pin: str = ""
    pin_attempts: int = 3
    is_inserted: bool = True


@dataclass
class Audit:
    """What the modem was made to do."""

    commands: list[str] = field(default_factory=list)
    deleted_unread: int = 0
    deleted_all: int = 0
    reboots: int = 0
