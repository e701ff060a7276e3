"""The regular look at the modem: still configured, still on the network?

A modem that restarted unnoticed answers every command, but announces nothing and may speak text
mode; asking for two settings finds it out. A modem that does not tell a setting is believed.
"""

from collections.abc import Generator

from modem.at import commands
from modem.events import Health, ModemState, Timing
from modem.procedures.patience import NO_SIM, error_of
from modem.procedures.steps import (
    Answer,
    Configuration,
    Inspected,
    Procedure,
    Step,
    UnconfiguredError,
    ask,
)


def inspect(configuration: Configuration, timing: Timing) -> Procedure:
    """Check two settings and observe; raise `UnconfiguredError` if the settings are lost."""
    reply = yield from ask(commands.PDU_MODE_QUERY, timing.command_s, "+CMGF")
    if commands.read_numbers(reply.lines, "+CMGF") not in {None, (0,)}:
        raise UnconfiguredError("not in PDU mode")
    if configuration.routing is not None and configuration.is_routing_shown:
        reply = yield from ask(commands.ROUTING_QUERY, timing.command_s, "+CNMI")
        if commands.read_numbers(reply.lines, "+CNMI") != configuration.routing:
            raise UnconfiguredError("announcements are set otherwise")
    health = yield from observe(configuration, timing)
    if not health.is_registered:
        yield from _check_sim(timing)
    return Inspected(health=health)


def _check_sim(timing: Timing) -> Generator[Step, Answer, None]:
    """A SIM that was taken out, or is locked, looks like a lost network."""
    reply = yield from ask(commands.SIM_STATE, timing.command_s, "+CPIN")
    state = commands.read_sim_state(reply.lines)
    if state not in {None, commands.SIM_READY} or error_of(reply) in NO_SIM:
        raise UnconfiguredError("the SIM cannot be used")


def observe(configuration: Configuration, timing: Timing) -> Generator[Step, Answer, Health]:
    """Ask for network, signal and space; what the modem does not tell stays unknown."""
    is_registered = yield from _is_registered(timing)
    reply = yield from ask(commands.SIGNAL_QUERY, timing.command_s, "+CSQ")
    signal_dbm = commands.read_signal_dbm(reply.lines)
    storage = None
    if configuration.memory:
        reply = yield from ask(commands.STORAGE_QUERY, timing.storage_s, "+CPMS")
        storage = commands.read_storage(reply.lines)
    return Health(
        state=ModemState.READY if is_registered else ModemState.NO_NETWORK,
        profile=configuration.profile.name,
        operator=configuration.operator,
        is_registered=is_registered,
        signal_dbm=signal_dbm,
        used=storage.used if storage else None,
        total=storage.total if storage else None,
    )


def _is_registered(timing: Timing) -> Generator[Step, Answer, bool]:
    """A modem on LTE alone says so only in +CEREG (27.007 10.1.22).

    One that tells neither may be registered: trying is the only way to know.
    """
    told = []
    for text, name in (
        (commands.REGISTRATION_QUERY, "+CREG"),
        (commands.LTE_REGISTRATION_QUERY, "+CEREG"),
    ):
        reply = yield from ask(text, timing.command_s, name)
        stat = commands.read_registration(reply.lines, name)
        if stat in commands.REGISTERED:
            return True
        told.append(stat)
    return all(stat is None for stat in told)
