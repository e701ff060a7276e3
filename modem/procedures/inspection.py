"""The regular look at the modem: still configured, still on the network?

A modem that restarted unnoticed answers every command, but announces nothing and may speak text
mode; asking for two settings finds it out.
"""

from modem.at import commands
from modem.events import Timing
from modem.procedures.startup import observe
from modem.procedures.steps import Configuration, Inspected, Procedure, UnconfiguredError, ask


def inspect(configuration: Configuration, timing: Timing) -> Procedure:
    """Check two settings and observe; raise `UnconfiguredError` if the settings are lost."""
    reply = yield from ask(commands.PDU_MODE_QUERY, timing.command_s, "+CMGF")
    if commands.read_numbers(reply.lines, "+CMGF") != (0,):
        raise UnconfiguredError("not in PDU mode")
    if configuration.routing is not None:
        reply = yield from ask(commands.ROUTING_QUERY, timing.command_s, "+CNMI")
        if commands.read_numbers(reply.lines, "+CNMI") != configuration.routing:
            raise UnconfiguredError("announcements are set otherwise")
    health = yield from observe(configuration, timing)
    return Inspected(health=health)
