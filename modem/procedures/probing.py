"""Looking a modem over for an installer: what it is, whether it will work, what to change.

Settings are made as at a start, since trying is the only way to know; they live in the modem's RAM.
No PIN is entered and nothing is sent or deleted; messages are listed, which marks them as read.
"""

import enum
from collections.abc import Callable, Generator
from dataclasses import dataclass

from modem import operators, profiles
from modem.at import commands
from modem.events import Timing
from modem.procedures.configuring import configure
from modem.procedures.inspection import observe
from modem.procedures.startup import identify, resynchronise, set_dialect
from modem.procedures.steps import (
    Answer,
    Configuration,
    NotReadyError,
    Step,
    UnresponsiveError,
    ask,
)

# +CSQ of a place where texts go through in any weather, and of one where they do not.
_GOOD_DBM = -95
_POOR_DBM = -105
_FEW_SLOTS = 10
_HOME_COUNTRY = "510"


class Level(enum.StrEnum):
    """What a finding means for the channel."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One requirement: what was found, and what to change if it is not ok."""

    check: str
    level: Level
    found: str
    change: str = ""


Findings = Generator[Step, Answer, list[Finding]]


def probe(timing: Timing) -> Findings:
    """Go through the requirements, as far as the modem gets."""
    try:
        yield from resynchronise(timing)
        yield from set_dialect(timing)
    except UnresponsiveError:
        return [
            _fail(
                "answers",
                "nothing answers AT here",
                "check power and baud; of the several ttyUSB of a stick only one or two take "
                "commands: try the others",
            )
        ]
    findings = [_ok("answers", "AT is answered")]
    profile = yield from identify(timing)
    findings.append((yield from _name(profile, timing)))
    try:
        for check in (_errors, _sim, _card, _pdu_mode):
            findings.append((yield from check(timing)))
            if findings[-1].level is Level.FAIL:
                return findings
        configuration = yield from configure(profile, timing)
        findings += yield from _judge(configuration, timing)
    except NotReadyError as error:
        findings.append(_fail("storage", str(error), "check that the SIM is a live mobile SIM"))
    except UnresponsiveError as error:
        findings.append(_fail("answers", f"no answer to {error}", "check the power supply (2 A)"))
    return findings


def _ok(check: str, found: str) -> Finding:
    return Finding(check=check, level=Level.OK, found=found)


def _warn(check: str, found: str, change: str) -> Finding:
    return Finding(check=check, level=Level.WARN, found=found, change=change)


def _fail(check: str, found: str, change: str) -> Finding:
    return Finding(check=check, level=Level.FAIL, found=found, change=change)


Check = Generator[Step, Answer, Finding]


def _name(profile: profiles.Profile, timing: Timing) -> Check:
    names = []
    for text, name in (("AT+CGMI", "+CGMI"), ("AT+CGMM", "+CGMM"), ("AT+CGMR", "+CGMR")):
        reply = yield from ask(text, timing.command_s, name)
        names.append(commands.read_identity(reply.lines))
    found = f"{' '.join(filter(None, names)) or 'unnamed'} (profile {profile.name})"
    if profile is profiles.GENERIC:
        change = "an unknown family: what follows was tried out; see docs/modems.md to add it"
        return _warn("modem", found, change)
    return _ok("modem", found)


def _errors(timing: Timing) -> Check:
    reply = yield from ask("AT+CMEE=1", timing.command_s)
    if reply.is_ok:
        return _ok("error codes", "errors come with numbers (AT+CMEE=1)")
    return _warn(
        "error codes",
        "errors come without numbers",
        "nothing; refusals of the network will be told less precisely",
    )


def _sim(timing: Timing) -> Check:
    reply = yield from ask(commands.SIM_STATE, timing.storage_s, "+CPIN")
    state = commands.read_sim_state(reply.lines)
    if state == "READY":
        return _ok("SIM", "ready")
    if state is not None and "PUK" in state:
        return _fail("SIM", "blocked", "unlock it with its PUK in a phone")
    if state is not None and "PIN" in state:
        change = "remove the PIN in a phone (best), or set [modem] pin; then probe again"
        return _fail("SIM", "wants its PIN", change)
    if reply.final is not None and not reply.final.family:
        return _warn("SIM", "the modem does not tell", "nothing, if the storage below is ok")
    return _fail("SIM", "none, or not readable", "insert it, contacts down; wait a minute; again")


def _card(timing: Timing) -> Check:
    reply = yield from ask(commands.SUBSCRIBER, timing.command_s)
    network = operators.home_network(commands.read_subscriber(reply.lines))
    operator = operators.of_network(network)
    if operator is not None:
        return _ok("operator", f"{operator.name} ({network})")
    if not network:
        return _warn("operator", "the modem does not tell", "set [modem] balance_code")
    where = "unknown here" if network.startswith(_HOME_COUNTRY) else "not Indonesian"
    return _warn("operator", f"{network}, {where}", "set [modem] balance_code")


def _pdu_mode(timing: Timing) -> Check:
    reply = yield from ask(commands.PDU_MODE, timing.command_s)
    if reply.is_ok:
        return _ok("PDU mode", "taken (AT+CMGF=0)")
    return _fail("PDU mode", "refused (AT+CMGF=0)", "use another modem: text mode is not enough")


def _judge(configuration: Configuration, timing: Timing) -> Generator[Step, Answer, list[Finding]]:
    judgements: list[Callable[[Configuration, Timing], Check]] = [
        _storage,
        _listing,
        _announcements,
        _reports,
        _flash,
        _centre,
        _network,
        _signal,
    ]
    findings = []
    for judge in judgements:
        findings.append((yield from judge(configuration, timing)))
    return findings


def _storage(configuration: Configuration, timing: Timing) -> Check:
    if not configuration.memory:
        return _warn("storage", "one memory without a name", "nothing; probe it with an SMS")
    reply = yield from ask(commands.STORAGE_QUERY, timing.storage_s, "+CPMS")
    storage = commands.read_storage(reply.lines)
    if storage is None:
        return _warn("storage", f"{configuration.memory}, size unknown", "nothing")
    found = f"{storage.memory}: {storage.used} of {storage.total} slots used"
    others = ", ".join(configuration.other_memories)
    found += f"; also {others}" if others else ""
    if storage.used >= storage.total:
        return _warn("storage", found, "nothing: posko-modem takes all in and empties it")
    if storage.total < _FEW_SLOTS:
        return _warn("storage", found, "better a SIM with more room: bursts wait at the network")
    return _ok("storage", found)


def _listing(_: Configuration, timing: Timing) -> Check:
    reply = yield from ask(commands.LIST_ALL, timing.storage_s, "+CMGL")
    if reply.is_ok:
        return _ok("listing", "messages can be listed (AT+CMGL=4)")
    return _warn("listing", "refused (AT+CMGL=4)", "nothing: slots are read one by one, slower")


def _announcements(configuration: Configuration, _: Timing) -> Check:
    yield from ()
    routing = configuration.routing
    if routing is None or not configuration.is_announcing:
        return _warn(
            "announcements",
            "new messages are not announced (AT+CNMI)",
            "nothing: the modem is asked every 10 s; at a stick, try its other ttyUSB first",
        )
    shown = ",".join(str(value) for value in routing)
    return _ok("announcements", f"AT+CNMI={shown}")


def _reports(configuration: Configuration, _: Timing) -> Check:
    yield from ()
    stored = configuration.routing[3] if configuration.routing is not None else 0
    if stored == 2:
        return _ok("status reports", "stored until they are read")
    if stored == 1:
        change = "nothing; reports that come while the box is off may be lost"
        return _warn("status reports", "shown, not stored", change)
    change = "nothing; texts stay `sent`, whether they arrived is not known"
    return _warn("status reports", "not given", change)


def _flash(configuration: Configuration, _: Timing) -> Check:
    yield from ()
    if configuration.is_acknowledging:
        return _ok("acknowledgement", "what is only shown is acknowledged (AT+CSMS=1)")
    change = "nothing; a message of class 0 that comes while the box is off is lost"
    return _warn("acknowledgement", "not offered (AT+CSMS=1)", change)


def _centre(_: Configuration, timing: Timing) -> Check:
    reply = yield from ask(commands.SERVICE_CENTRE, timing.storage_s, "+CSCA")
    centre = commands.read_service_centre(reply.lines)
    if centre is None:
        return _warn("SMS centre", "the modem does not tell", "send a test SMS")
    if not centre:
        change = "set the operator's number in a phone, or with AT+CSCA: nothing can be sent"
        return _fail("SMS centre", "no number on the SIM", change)
    return _ok("SMS centre", centre)


def _network(configuration: Configuration, timing: Timing) -> Check:
    health = yield from observe(configuration, timing)
    if not health.is_registered:
        change = "check antenna and coverage, and that the SIM is registered (NIK) and has credit"
        return _fail("network", "not registered", change)
    reply = yield from ask(commands.REGISTRATION_QUERY, timing.command_s, "+CREG")
    if commands.read_registration(reply.lines, "+CREG") in commands.REGISTERED:
        return _ok("network", "registered")
    change = "send and receive a test SMS: not every SIM has SMS over LTE (IMS or SGs)"
    return _warn("network", "on LTE alone, or not told", change)


def _signal(_: Configuration, timing: Timing) -> Check:
    reply = yield from ask(commands.SIGNAL_QUERY, timing.command_s, "+CSQ")
    dbm = commands.read_signal_dbm(reply.lines)
    if dbm is None:
        return _warn("signal", "the modem does not tell", "nothing, if the network is ok")
    if dbm > _GOOD_DBM:
        return _ok("signal", f"{dbm} dBm")
    change = "move the antenna, or use one with a longer cable"
    return (_warn if dbm > _POOR_DBM else _fail)("signal", f"{dbm} dBm, weak", change)
