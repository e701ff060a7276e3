"""The modems of one box, as each sees the others: who is well, and whose operator a number is of.

A text goes out by the modem of the recipient's operator while that one is well: cheaper, and less
often filtered. Shared by the threads of one process. Does not send anything.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from modem.events import Health, ModemState
from modem.operators import OPERATORS, of_network


@dataclass(frozen=True, slots=True)
class _Standing:
    operator: str
    is_well: bool


class Roster:
    """Who can send; what nobody has stated is not well."""

    def __init__(self, modems: Iterable[str]) -> None:
        self._lock = threading.Lock()
        self._standings: dict[str, _Standing] = {}
        self.modems = frozenset(modems)
        """The names of all, well or not."""
        self.turn = threading.Lock()
        """Held while messages are acted on: whoever comes second finds them done."""

    def state(self, modem: str, health: Health) -> None:
        """Note how a modem is."""
        operator = of_network(health.operator)
        name = operator.name if operator else ""
        with self._lock:
            self._standings[modem] = _Standing(name, health.state is ModemState.READY)

    def left_to_others(self, modem: str) -> tuple[str, ...]:
        """The beginnings of numbers (E.164) that another modem should send to."""
        with self._lock:
            mine = self._standings.get(modem, _Standing("", is_well=False)).operator
            others = {
                standing.operator
                for name, standing in self._standings.items()
                if name != modem and standing.is_well
            }
        return tuple(
            "+62" + digits
            for operator in OPERATORS
            if operator.name in others - {mine}
            for digits in operator.ranges
        )
