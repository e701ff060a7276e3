"""A strict GSM modem as a pure device: bytes and time in, bytes out.

Knows the commands that Posko, gammu, gnokii and smstools use and answers the rest with ERROR. What
lies on the SIM and in the air survives a reboot, every setting does not. Faults are fields of
`Faults`, makers are rows of `personalities`. Nothing here comes from `modem`.
"""

from tests.sim.basics import BASIC_COMMANDS, Basics
from tests.sim.device import SerialDevice
from tests.sim.memory import MEMORY_COMMANDS, Memory
from tests.sim.personalities import DEFAULT
from tests.sim.radio import RADIO_COMMANDS, Radio
from tests.sim.receiving import RECEIVING_COMMANDS, Receiving
from tests.sim.sending import SENDING_COMMANDS, Sending
from tests.sim.traits import Sim
from tests.sim.ussd import USSD_COMMANDS, Ussd


class ModemSim(Sending, Receiving, Memory, Ussd, Radio, Basics, SerialDevice):
    """A modem with messages, USSD and calls."""

    commands = (
        BASIC_COMMANDS
        + RADIO_COMMANDS
        + USSD_COMMANDS
        + MEMORY_COMMANDS
        + SENDING_COMMANDS
        + RECEIVING_COMMANDS
    )

    def __init__(self, *, sim: Sim | None = None, vendor: str = DEFAULT) -> None:
        self.references = 0
        super().__init__(sim=sim, vendor=vendor)
