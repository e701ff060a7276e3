"""What differs between modems, as data, chosen by what the modem says of itself.

The machine has no "if huawei". A quirk that this cannot express is a reason to widen `Profile`.
Sources are the families' AT manuals; docs/modems.md says what was seen on real hardware.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# Lines a modem prints when it has just started: settings in its RAM are back to defaults.
FRESH_BOOT_LINES = frozenset(
    {
        "RDY",
        "*ATREADY: 1",
        "^SYSSTART",
        "+PBREADY",
        "NORMAL POWER DOWN",
        "POWERED DOWN",
        "UNDER-VOLTAGE POWER DOWN",
    }
)
# The same, and lines of a modem that is getting ready.
BOOT_LINES = FRESH_BOOT_LINES | {
    "PB DONE",
    "SMS DONE",
    "SMS READY",
    "CALL READY",
    "+CPIN: READY",
    "+QIND: SMS DONE",
    "+QIND: PB DONE",
}
# Lines that say the memory is full; some families say it as "^SMMEMFULL: ...".
FULL_LINES = frozenset({"+SMS FULL", "SMS FULL", '+QIND: "SMSFULL","SM"', '+QIND: "SMSFULL","ME"'})

# +CNMI takes mode, mt, bm, ds, bfr (27.005 3.4.1).
ROUTING_VALUES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Settings to try, best first.

    `routings` are +CNMI values: stored messages announced by +CMTI (mt=1), since a message in the
    SIM survives us. For the same reason `ds=2` (reports stored, announced by +CDSI) comes before
    `ds=1` (shown as +CDS), and that before `ds=0`. `pin_counters` are commands that tell the
    attempts left for the PIN, each with the name of its answer, and which value that is. `restart`
    brings the whole firmware up anew; a pulse of `power_key_s` on the power key turns the modem
    off or on.
    """

    name: str
    signatures: tuple[str, ...]
    routings: tuple[tuple[int, ...], ...]
    memories: tuple[str, ...] = ("SM", "ME", "MT")
    extra_commands: tuple[str, ...] = ()
    pin_counters: tuple[tuple[str, str, int], ...] = (
        ('AT+CPINR="SIM PIN"', "+CPINR", 1),
        ("AT+SPIC", "+SPIC", 0),
        ("AT^SPIC", "^SPIC", 0),
    )
    restart: str = "AT+CFUN=1,1"
    power_key_s: float = 1.5


_COMMON = (
    (2, 1, 0, 2, 0),
    (2, 1, 0, 1, 0),
    (2, 1, 2, 2, 0),
    (2, 1, 2, 1, 0),
    (2, 1, 0, 0, 0),
    (1, 1, 0, 0, 0),
)
# Stored without a word (mt=0): for a modem that announces nothing. Left to itself it may show
# messages without storing them (mt=2), and what it shows while nobody listens is lost.
STORING = ((2, 0, 0, 1, 0), (2, 0, 0, 0, 0), (1, 0, 0, 0, 0))

GENERIC = Profile(name="generic", signatures=(), routings=_COMMON)
PROFILES = (
    # SIM800: reports cannot be stored, and it needs 2 A while it sends.
    Profile(
        name="simcom-sim800",
        signatures=("SIM800", "SIM900", "SIM868"),
        routings=((2, 1, 0, 1, 0), *_COMMON),
        pin_counters=(("AT+SPIC", "+SPIC", 0),),
        power_key_s=1.2,
    ),
    Profile(
        name="simcom-a76xx",
        signatures=("A7670", "A7672", "A7608"),
        routings=_COMMON,
        memories=("SM", "ME"),
        pin_counters=(("AT+SPIC", "+SPIC", 0),),
        restart="AT+CRESET",
        power_key_s=2.5,
    ),
    Profile(
        name="simcom",
        signatures=("SIMCOM", "SIM7600", "SIM7500"),
        routings=_COMMON,
        pin_counters=(("AT+SPIC", "+SPIC", 0),),
    ),
    Profile(
        name="quectel-m95",
        signatures=("QUECTEL_M95", "QUECTEL_M66", "M95", "M66"),
        routings=((2, 1, 0, 1, 0), *_COMMON),
        pin_counters=(("AT+QTRPIN", "+QTRPIN", 0),),
        power_key_s=0.8,
    ),
    Profile(
        name="quectel",
        signatures=("QUECTEL", "EC25", "EG25"),
        routings=_COMMON,
        extra_commands=('AT+QURCCFG="urcport","all"',),
        pin_counters=(('AT+QPINC="SC"', "+QPINC", 1),),
        power_key_s=0.7,
    ),
    Profile(
        name="huawei",
        signatures=("HUAWEI",),
        routings=((2, 1, 0, 2, 0), (2, 0, 0, 2, 1), *_COMMON),
        # Without these the stick streams signal codes, and announces messages on another port.
        extra_commands=("AT^CURC=0", "AT^PORTSEL=1"),
        pin_counters=(("AT^CPIN?", "^CPIN", 3),),
    ),
    Profile(
        name="u-blox",
        signatures=("U-BLOX", "UBLOX"),
        routings=((1, 1, 0, 2, 0), (1, 1, 0, 1, 0), *_COMMON),
        pin_counters=(("AT+UPINCNT", "+UPINCNT", 0),),
        restart="AT+CFUN=16",
    ),
)


def choose(identity: str) -> Profile:
    """Return the first profile with a signature in what ATI and +CGMI answered."""
    identity = identity.upper()
    fitting = (p for p in PROFILES if any(sign in identity for sign in p.signatures))
    return next(fitting, GENERIC)


def make_routing(ranges: Sequence[frozenset[int]]) -> tuple[int, ...] | None:
    """Return the best +CNMI values within the modem's own ranges; None if mt has neither 1 nor 0.

    Best is: announce at once (mode 2, 1 or 3) what is stored, nothing of broadcasts, reports stored
    rather than shown, and what waited is flushed (bfr 0).
    """
    preferences = ((2, 1, 3), (1, 0), (0, 2, 1, 3), (2, 1, 0), (0, 1))
    values = []
    for wanted, allowed in zip(preferences, ranges, strict=False):
        value = next((choice for choice in wanted if choice in allowed), None)
        if value is None:
            return None
        values.append(value)
    return tuple(values)
