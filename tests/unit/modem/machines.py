"""What is looked at of a machine and its simulated modem."""

from tests.sim.modem import ModemSim
from tests.sim.traits import Sim

CITIZEN = "+628123456789"


def slots(rig, memory="SM"):
    return rig.sim.sim.memories[memory]


def without_numbers(default_cmee, **sim):
    """A modem that refuses AT+CMEE=1: 0 means bare errors, 2 errors in words."""
    modem = ModemSim(sim=Sim(**sim))
    modem.is_cmee_supported, modem.default_cmee = False, default_cmee
    modem._reset()
    return modem


def is_emptied(rig, count):
    return lambda: len(rig.postbox.texts) >= count and not slots(rig) and rig.machine.can_send
