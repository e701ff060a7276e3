"""Voice calls: hung up, since no message passes while the line rings."""

from modem.at import commands
from modem.events import Timing
from modem.procedures.steps import Done, Procedure, ask


def hang_up(timing: Timing) -> Procedure:
    """End the call; the caller hears that the line is busy."""
    for text in commands.HANG_UPS:
        reply = yield from ask(text, timing.command_s)
        if reply.is_ok:
            break
    return Done()
