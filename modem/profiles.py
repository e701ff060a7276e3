"""What differs between modems, as data, chosen by what the modem says of itself.

The machine has no "if huawei". A quirk that this cannot express is a reason to widen `Profile`.
"""

from dataclasses import dataclass

# Lines a modem prints when it starts or becomes ready: settings in its RAM are back to defaults.
BOOT_LINES = frozenset(
    {
        "RDY",
        "PB DONE",
        "SMS DONE",
        "SMS READY",
        "CALL READY",
        "NORMAL POWER DOWN",
        "+CPIN: READY",
        "*ATREADY: 1",
        "+QIND: SMS DONE",
        "+QIND: PB DONE",
    }
)
# Lines that say the memory is full; some families say it as "^SMMEMFULL: ...".
FULL_LINES = frozenset({"+SMS FULL", "SMS FULL"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Settings to try, best first.

    `routings` are +CNMI values `mode,mt,bm,ds,bfr` (27.005 3.4.1): stored messages announced by
    +CMTI (mt=1), since a message in the SIM survives us. `ds=1` shows status reports as +CDS,
    `ds=2` stores them, `ds=0` does without. `pin_counter` is the command that tells the attempts
    left for the PIN, and which of its values that is.
    """

    name: str
    signature: str
    routings: tuple[tuple[int, ...], ...]
    memories: tuple[str, ...] = ("SM", "ME")
    extra_commands: tuple[str, ...] = ()
    pin_counter: tuple[str, str, int] = ('AT+CPINR="SIM PIN"', "+CPINR", 1)


# Modem families order the tries differently; ds=1 first where reports need no storage.
_COMMON = ((2, 1, 0, 1, 0), (2, 1, 0, 2, 0), (2, 1, 2, 1, 0), (2, 1, 0, 0, 0), (1, 1, 0, 0, 0))

GENERIC = Profile(name="generic", signature="", routings=_COMMON)
PROFILES = (
    Profile(
        name="simcom",
        signature="SIMCOM",
        routings=_COMMON,
        pin_counter=("AT+SPIC", "+SPIC", 0),
    ),
    Profile(
        name="quectel",
        signature="QUECTEL",
        routings=_COMMON,
        extra_commands=('AT+QURCCFG="urcport","all"',),
        pin_counter=('AT+QPINC="SC"', "+QPINC", 1),
    ),
    Profile(
        name="huawei",
        signature="HUAWEI",
        routings=((2, 1, 0, 2, 0), (2, 0, 0, 2, 1), *_COMMON),
        # Without these the stick streams signal codes, and announces messages on another port.
        extra_commands=("AT^CURC=0", "AT^PORTSEL=1"),
    ),
)


def choose(identity: str) -> Profile:
    """Return the profile whose signature is in what ATI and +CGMI answered."""
    identity = identity.upper()
    return next((profile for profile in PROFILES if profile.signature in identity), GENERIC)
