"""Leaving the network and joining it again, without restarting anything.

Heals a modem that lost its network for good, and one that after a full SIM forgot to tell the
network that there is room again (RP-SMMA, 24.011 7.3.2).
"""

from modem.at import commands
from modem.events import Timing
from modem.procedures.steps import Done, Pause, Procedure, Say, ask_once, demand

_RELUCTANT = "The modem refuses to leave the network (AT+CFUN=4); switch it off and on if it stays."


def reattach(timing: Timing) -> Procedure:
    """Be off the network for a moment; settings survive this on the modems we know."""
    reply = yield from ask_once(commands.LEAVE_NETWORK, timing.restart_s)
    if not reply.is_ok:
        yield Say(_RELUCTANT)
        return Done()
    yield Pause(timing.retry_s)
    yield from demand(commands.JOIN_NETWORK, timing.restart_s)
    return Done()
