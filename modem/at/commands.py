"""The commands that we use, and how their replies read (27.005, 27.007).

Command text goes out without its line end. A reader takes the information lines of a reply and
returns a value, or None where the modem answered in no form we know: callers treat that as a failed
command, never as a default.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from modem.at.parser import Hex, Info, Parsed, Text

ESC = b"\x1b"
CTRL_Z = b"\x1a"
ATTENTION = "AT"
# ESC leaves a stale prompt; some modems take it for a mistake; some answer in digits (V.250 6.2.6).
ATTENTIONS = ("\x1bAT", "ATQ0V1", "AT")
IDENTITY = "ATI"
MANUFACTURER = "AT+CGMI"
SIM_STATE = "AT+CPIN?"
SIM_READY = "READY"
SERVICE_CENTRE = "AT+CSCA?"
SUBSCRIBER = "AT+CIMI"
PDU_MODE = "AT+CMGF=0"
PDU_MODE_QUERY = "AT+CMGF?"
STORAGE_QUERY = "AT+CPMS?"
STORAGE_RANGES = "AT+CPMS=?"
ROUTING_QUERY = "AT+CNMI?"
ROUTING_RANGES = "AT+CNMI=?"
# Phase 2+: what is shown and not stored must be acknowledged (27.005 3.2.1).
ACKNOWLEDGED_SERVICE = "AT+CSMS=1"
ACKNOWLEDGE = "AT+CNMA"
CARD_QUERIES = ("AT+CCID", "AT+ICCID", "AT+QCCID", "AT^ICCID?")
REGISTRATION_QUERY = "AT+CREG?"
LTE_REGISTRATION_QUERY = "AT+CEREG?"
SIGNAL_QUERY = "AT+CSQ"
LIST_ALL = "AT+CMGL=4"
LEAVE_NETWORK = "AT+CFUN=4"
JOIN_NETWORK = "AT+CFUN=1"
CANCEL_USSD = "AT+CUSD=2"
# Voice calls: the newer command ends every call, the older one is known to more modems.
HANG_UPS = ("AT+CHUP", "ATH")

# +CREG <stat>: 1 home, 5 roaming, 6 and 7 the same for SMS only (27.007 7.2).
REGISTERED = frozenset({1, 5, 6, 7})
# +CSQ <rssi> 0..31 in steps of 2 dB from -113 dBm; 99 is unknown (27.007 8.5).
_RSSI_UNKNOWN = 99


@dataclass(frozen=True, slots=True)
class Storage:
    """How full one memory is."""

    memory: str
    used: int
    total: int


def set_storage(memory: str, count: int = 3) -> str:
    """Name all memories: for reading, sending and receiving, or fewer (27.005 3.2.2)."""
    return "AT+CPMS=" + ",".join([f'"{memory}"'] * count)


def select_storage(memory: str) -> str:
    """Choose where reading and deleting happen; the other two memories stay."""
    return f'AT+CPMS="{memory}"'


def enter_pin(pin: str) -> str:
    """Unlock the SIM; the caller must never send this twice."""
    return f'AT+CPIN="{pin}"'


def set_routing(values: Sequence[int]) -> str:
    """Choose how new messages are announced (27.005 3.4.1)."""
    return "AT+CNMI=" + ",".join(str(value) for value in values)


def read_message(index: int) -> str:
    """Read one slot of the selected memory."""
    return f"AT+CMGR={index}"


def delete_message(index: int) -> str:
    """Free one slot: never with a flag, which would delete what we have not read."""
    return f"AT+CMGD={index}"


def send_message(tpdu_octets: int) -> str:
    """Announce a TPDU; the length leaves out the SMSC address (27.005 4.3)."""
    return f"AT+CMGS={tpdu_octets}"


def request_ussd(code: str) -> str:
    """Ask the network, as by dialling; 15 is the default alphabet (27.007 7.15)."""
    return f'AT+CUSD=1,"{code}",15'


def number(value: str) -> int | None:
    """Return a small non-negative integer, or None."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else None


def _all(lines: Iterable[Parsed], name: str) -> list[tuple[str, ...]]:
    return [line.arguments for line in lines if isinstance(line, Info) and line.name == name]


def read_sim_state(lines: Iterable[Parsed]) -> str | None:
    """Return READY, SIM PIN, SIM PUK and so on."""
    replies = _all(lines, "+CPIN")
    return replies[-1][0].upper() if replies else None


def read_storage(lines: Iterable[Parsed]) -> Storage | None:
    """Read `+CPMS: "SM",3,20,...` from CPMS? (the set command answers without names)."""
    for arguments in _all(lines, "+CPMS"):
        if len(arguments) >= 3:
            used, total = number(arguments[1]), number(arguments[2])
            if used is not None and total is not None:
                return Storage(arguments[0], used, total)
    return None


def read_memory_names(lines: Iterable[Parsed]) -> list[tuple[str, ...]]:
    """Read `+CPMS: ("SM","ME"),("SM"),("SM")`: the names for reading, sending and receiving."""
    replies = _all(lines, "+CPMS")
    return [names for group in replies[-1] if (names := _names(group))] if replies else []


def _names(group: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(re.findall(r"[A-Z]{2}", group)))


def read_ranges(lines: Iterable[Parsed], name: str) -> list[frozenset[int]] | None:
    """Read `+NAME: (0-2),(0,1),...` as the values allowed at each place."""
    replies = _all(lines, name)
    return [_values(group) for group in replies[-1]] if replies else None


def _values(group: str) -> frozenset[int]:
    values: set[int] = set()
    for first, last in re.findall(r"(\d)(?:-(\d))?", group):
        values.update(range(int(first), int(last or first) + 1))
    return frozenset(values)


def read_card(lines: Iterable[Parsed]) -> str:
    """The number of the SIM card (ICCID, ITU-T E.118: 18 to 22 digits), or ""."""
    for line in lines:
        shown = line.text if isinstance(line, Text) else ""
        if isinstance(line, Hex):
            shown = line.octets.hex()
        if isinstance(line, Info):
            shown = " ".join(line.arguments)
        if match := re.search(r"(?<!\d)\d{18,22}", shown):
            return match[0]
    return ""


def read_subscriber(lines: Iterable[Parsed]) -> str:
    """The IMSI, 15 digits at most (23.003 2.2), or "" if the modem does not tell."""
    for line in lines:
        shown = line.text if isinstance(line, Text) else ""
        if isinstance(line, Hex):
            shown = line.octets.hex()
        if isinstance(line, Info):
            shown = " ".join(line.arguments)
        if match := re.fullmatch(r'"?(\d{14,15})"?', shown.strip()):
            return match[1]
    return ""


def read_service_centre(lines: Iterable[Parsed]) -> str | None:
    """The SMS centre's number, "" if the SIM has none, None if the modem does not tell."""
    replies = _all(lines, "+CSCA")
    return replies[-1][0] if replies else None


def read_registration(lines: Iterable[Parsed], name: str) -> int | None:
    """Read `+CREG: <n>,<stat>`; a lone value is the unsolicited form and no answer."""
    for arguments in _all(lines, name):
        if len(arguments) >= 2 and number(arguments[0]) in {0, 1, 2, 3}:
            return number(arguments[1])
    return None


def read_signal_dbm(lines: Iterable[Parsed]) -> int | None:
    """Read +CSQ as dBm, or None if the modem does not know."""
    for arguments in _all(lines, "+CSQ"):
        rssi = number(arguments[0])
        if rssi is not None and rssi != _RSSI_UNKNOWN:
            return -113 + 2 * rssi
    return None


def read_numbers(lines: Iterable[Parsed], name: str) -> tuple[int | None, ...] | None:
    """Read the last `+NAME: 1,2,3` as numbers."""
    replies = _all(lines, name)
    return tuple(number(value) for value in replies[-1]) if replies else None


def read_identity(lines: Iterable[Parsed]) -> str:
    """Join the free text of ATI or +CGMI, without echoes."""
    texts = [line.text for line in lines if isinstance(line, Text)]
    keyed = [
        argument
        for name in ("+CGMI", "+CGMM", "+CGMR")
        for line in _all(lines, name)
        for argument in line
    ]
    return " ".join(text for text in texts + keyed if not text.upper().startswith("AT"))[:200]


def pdu_length(header: Info) -> int | None:
    """Return the TPDU length that +CMGR, +CMGL, +CMT or +CDS announces as its last value."""
    return number(header.arguments[-1])


def is_pdu(octets: bytes, tpdu_octets: int) -> bool:
    """Whether a hex line is the PDU of a header: SMSC address and TPDU have their lengths."""
    return len(octets) == 1 + octets[0] + tpdu_octets


def is_text_mode(header: Info) -> bool:
    """Whether +CMGL or +CMGR is in the shape of text mode, as `+CMGR: "REC READ",...`."""
    return any(value.upper().startswith(("REC ", "STO ")) for value in header.arguments[:2])


def read_hex(line: bytes) -> bytes | None:
    """The octets of a line in hex; None for any other."""
    try:
        return bytes.fromhex(line.decode("latin-1"))
    except ValueError:
        return None
