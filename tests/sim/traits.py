"""What a simulated modem has and suffers: its SIM, its faults, and a record of what befell it."""

from dataclasses import dataclass, field


@dataclass
class Faults:
    """Traits, each seen in the field; counters go down as they are used up."""

    # Answers
    lost_finals: int = 0
    doubled_finals: int = 0
    late_finals: int = 0
    late_s: float = 8.0
    """How late such a final comes; commands are taken meanwhile."""
    lost_answers: list[str] = field(default_factory=list)
    """Beginnings of commands, like "+CMGL", of which one answer each is lost as a whole."""
    ignored: str = ""
    """Commands that are not answered at all, as a regular expression."""
    truncated_lines: int = 0
    """So many lines lose their second half and their end."""
    garbage: bool = False
    urc_inside: bool = False
    """Unsolicited lines between header and PDU, around the prompt, and while a message is sent."""
    random_urcs: float = 0.0
    """The share of lines before which an unknown unsolicited line comes."""
    baud: int = 0
    """Bits a second, ten to a byte; 0 is at once."""
    hang: str = ""
    """What heals it: `restart` (CFUN=1,1), `reopen` (of the port) or `power`."""

    # Storage
    lost_urcs: bool = False
    lost_deletes: int = 0
    vain_deletes: str = ""
    """The answer to a delete that frees nothing: `OK`, as of a worn SIM, or a refusal."""
    no_listing: bool = False
    are_pdus_hidden: bool = False
    """Listings and readings show headers only, as a SIM that forgets does for a while."""
    reboot_in: str = ""
    """The modem reboots once in the middle of `listing`, `prompt` or `submit`."""
    no_smma: bool = False
    """A full modem tells of free space only with the next SMS out, or when it attaches."""

    # Network
    no_network: bool = False
    registration: int | None = None
    """What +CREG says instead of 1 (27.007 7.2): 3 denied, 5 roaming, 0 not searching."""
    is_detached: bool = False
    """The network is lost until CFUN=4 or 0 and CFUN=1."""
    redelivered: int = 0
    """So many messages come again, octet by octet: the network missed the acknowledgement."""

    # Sending
    no_prompts: int = 0
    prompt_delay_s: float = 0.0
    """How much longer the prompt takes; what is written before it is not heard."""
    prompt_errors: list[int] = field(default_factory=list)
    """Codes that come instead of a prompt."""
    send_delay_s: float = 0.0
    """How long the network takes to answer a message that it has already taken."""
    silent_sends: int = 0
    send_errors: list[int] = field(default_factory=list)
    send_error_always: int = 0
    """A code with which every message is refused."""
    send_error_after_sending: int = 0

    # Status reports
    report_s: float = 0.05
    report_statuses: list[int] = field(default_factory=lambda: [0])
    """TP-ST of each report about a message (23.040 9.2.3.15); none means no report."""
    reports_first: bool = False
    """A report comes before the answer to its own message."""
    reports_doubled: bool = False
    reports_held: bool = False
    """The network keeps the reports until `release_reports`."""

    # USSD
    ussd: str = ""
    """`silent` or `unsupported` (+CUSD: 4)."""
    ussd_coding: str = ""
    """`plain`, `ucs2` or `packed` instead of the personality's."""


@dataclass
class Slot:
    """One place in a memory."""

    pdu: bytes
    is_read: bool = False


@dataclass
class Sim:
    """What a reboot does not touch; None and empty are filled in by the personality."""

    capacity: int = 20
    first_index: int | None = None
    memories: dict[str, dict[int, Slot]] = field(default_factory=dict)
    pin: str = ""
    pin_attempts: int = 3
    puk: str = "12345678"
    puk_attempts: int = 10
    is_inserted: bool = True
    imsi: str = "510100000000001"
    number: str = "+6281100000001"
    service_centre: str = "+6281100000"


@dataclass
class Audit:
    """What the modem was made to do."""

    commands: list[str] = field(default_factory=list)
    deleted_unread: int = 0
    deleted_all: int = 0
    reboots: int = 0
    unacknowledged: int = 0
    """+CMT or +CDS that no +CNMA followed in time."""
    unheard_bytes: int = 0
    """Written before the prompt, or while a message was being sent."""
