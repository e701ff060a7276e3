"""Sending one part, and reading what the answer means (27.005 3.2.5 and 4.3, 24.011, 27.007 9.2).

Until the payload is written nothing was sent. After its closing Ctrl-Z there are three truths:
sent, refused, or nobody knows. An OK without a +CMGS line may be another command's, so it proves
nothing. What nobody knows is never turned into a second try here: the network may have the message.
"""

from modem.at import commands
from modem.at.parser import Final
from modem.events import OutgoingPart, Refused, SendOutcome, Sent, Timing, Uncertain, Verdict
from modem.exchange import Command, Reply
from modem.procedures.steps import Dispatched, Procedure

# What will not change for this recipient or text: unassigned number, barred there, rejected,
# malformed, not subscribed, invalid parameter, text or PDU mode mistakes.
_PERMANENT_CMS = frozenset({1, 29, 30, 69, 81, 95, 96, 111, 303, 304, 305})
# What will not change for anybody until a person acts: barring, no credit (21, 28), SIM or PIN
# trouble, unknown service centre.
_STOP_CMS = frozenset({8, 10, 21, 28, 50, 310, 311, 312, 313, 315, 316, 317, 318, 330})
_STOP_CME = frozenset({5, 10, 11, 12, 13, 15, 16, 17, 18})
# Network or SIM busy, no service, memory: worth another try.
_TEMPORARY_CMS = frozenset({17, 22, 41, 42, 47, 300, 301, 314, 320, 322, 331, 332})
# Phone off, network out of order, operation not allowed: likely to last.
_LASTING_CMS = frozenset({27, 38, 302})

# Before the prompt these do not concern the message, which the modem has not seen, but its own
# mode: it lost its settings.
_WRONG_MODE_CMS = frozenset({303, 304, 305})


def send(part: OutgoingPart, timing: Timing) -> Procedure:
    """Send one part; exactly one outcome, even when the port dies in the middle."""
    command = Command(
        text=commands.send_message(len(part.tpdu)),
        timeout_s=timing.prompt_s,
        expects="+CMGS",
        # A zero length service centre address means the one of the SIM.
        payload=b"00" + part.tpdu.hex().upper().encode("ascii") + commands.CTRL_Z,
        payload_s=timing.send_s,
    )
    reply = yield command
    if not isinstance(reply, Reply):
        raise TypeError("a command is answered by a reply")
    return judge(part.part_id, reply)


def judge(part_id: int, reply: Reply | None) -> Dispatched:
    """Say what a reply to CMGS tells about the part, whole, broken off, or not begun."""
    if reply is None:
        return Dispatched(Refused(part_id, "no prompt", Verdict.TEMPORARY), is_settled=True)
    is_out_of_step = reply.is_ok and not (reply.is_payload_written or reply.is_declined)
    is_settled = not (reply.final is None or is_out_of_step or _is_in_wrong_mode(reply))
    return Dispatched(_read_outcome(part_id, reply), is_settled=is_settled)


def _read_outcome(part_id: int, reply: Reply) -> SendOutcome:
    reference = commands.read_numbers(reply.lines, "+CMGS")
    if reply.is_payload_written and reference and reference[0] is not None:
        # TP-MR is an octet (23.040 9.2.3.6); some modems tell a count that goes on.
        return Sent(part_id, reference[0] & 0xFF)
    if reply.is_declined:
        return Refused(part_id, "not stored", Verdict.TEMPORARY)
    if reply.final is None or reply.is_ok:
        if reply.is_payload_written:
            return Uncertain(part_id, "OK alone" if reply.is_ok else "no answer")
        return Refused(part_id, "no prompt", Verdict.TEMPORARY)
    verdict = Verdict.TEMPORARY if _is_in_wrong_mode(reply) else _classify(reply.final)
    if verdict is None and reply.is_payload_written:
        return Uncertain(part_id, _name(reply.final))
    return Refused(part_id, _name(reply.final), verdict or Verdict.TEMPORARY)


def _is_in_wrong_mode(reply: Reply) -> bool:
    final = reply.final
    if final is None or reply.is_payload_written:
        return False
    return final.family == "CMS" and final.code in _WRONG_MODE_CMS


def _name(final: Final) -> str:
    what = final.text if final.code is None else final.code
    return f"{final.family} {what}".rstrip() if final.family else "ERROR"


def _classify(final: Final) -> Verdict | None:
    """Return None for errors that do not say whether the message went out (ERROR, CMS 500)."""
    if final.family == "CME":
        return Verdict.STOP if final.code in _STOP_CME else Verdict.TEMPORARY
    if final.code in _STOP_CMS:
        return Verdict.STOP
    if final.code in _PERMANENT_CMS:
        return Verdict.PERMANENT
    if final.code in _LASTING_CMS:
        return Verdict.LASTING
    return Verdict.TEMPORARY if final.code in _TEMPORARY_CMS else None
