"""Indonesian mobile operators as data: networks, number ranges, and how to ask for credit.

Networks by MCC and MNC (ITU-T E.212), number ranges by the national plan. Codes are the ones that
the operators advertise; `[modem] balance_code` overrides them.
"""

from dataclasses import dataclass

_MCC_MNC_DIGITS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One operator; `ranges` are the digits behind +62."""

    name: str
    networks: tuple[str, ...]
    balance_code: str
    ranges: tuple[str, ...]
    centres: tuple[str, ...] = ()
    """Its SMS centres, behind +62: what they send is never answered."""


OPERATORS = (
    Operator(
        name="Telkomsel",
        networks=("51010",),
        balance_code="*888#",
        ranges=("811", "812", "813", "821", "822", "823", "851", "852", "853"),
        centres=("81100000",),
    ),
    Operator(
        name="Indosat",
        networks=("51001", "51021"),
        balance_code="*123#",
        ranges=("814", "815", "816", "855", "856", "857", "858"),
        centres=("816124", "855000000"),
    ),
    Operator(
        name="XL",
        networks=("51011", "51008"),
        balance_code="*123#",
        ranges=("817", "818", "819", "859", "877", "878", "831", "832", "833", "838"),
        centres=("818445009", "8315000032"),
    ),
    Operator(
        name="Tri",
        networks=("51089",),
        balance_code="*123#",
        ranges=("895", "896", "897", "898", "899"),
        centres=("89644000001",),
    ),
    Operator(
        name="Smartfren",
        networks=("51009", "51028"),
        balance_code="*999#",
        ranges=("881", "882", "883", "884", "885", "886", "887", "888", "889"),
        centres=("8811004",),
    ),
)


def home_network(imsi: str) -> str:
    """Return MCC and MNC of a SIM by its IMSI, e.g. "51010", or ""."""
    return imsi[:_MCC_MNC_DIGITS]


def of_network(network: str) -> Operator | None:
    """Return the operator of a network like "51010"."""
    return next((o for o in OPERATORS if network in o.networks), None)
