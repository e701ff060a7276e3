"""A whole message as a command: who sent it, whether for a person, and what it says; pure.

Whatever comes of it, the message is kept. Does not know what residents have said before.
"""

from collections.abc import Callable, Collection
from dataclasses import replace

from appliance.domain.phone import Msisdn
from appliance.domain.sms.judging import Judge
from appliance.domain.sms.received import Command, Ignore, Picture, ReceivedSms, Report
from modem import grammar, machine_text, official_grammar, senders
from modem.assembly import Message
from modem.pdu import tpdu, udh

# WAP push (WAP-167); X-Mms-Message-Type: m-notification-ind (WAP-209 7.2.14).
_WAP_PUSH_PORT = 2948
_MMS_NOTIFICATION = b"\x8c\x82"


def read(
    message: Message,
    own_numbers: Collection[Msisdn],
    is_official: Callable[[Msisdn], bool],
    judge: Judge,
) -> tuple[ReceivedSms, Command]:
    """Return the message as the actions take it, with what its sender wants."""
    sms = ReceivedSms(
        sender=message.oldest.sender,
        phone=senders.phone_of(message.oldest.sender),
        text=message.text(),
        part_ids=message.part_ids,
        sent_stamp=message.sent_stamp,
    )
    deliveries = message.deliveries()
    if any(delivery.is_service for delivery in deliveries):
        return _service(sms, deliveries[0], own_numbers)
    if reason := senders.refusal(deliveries[0].sender, own_numbers):
        return sms, Ignore(reason)
    if sms.phone and is_official(sms.phone) and (reply := official_grammar.parse(sms.text)):
        return sms, reply
    return _personal(sms, judge)


def _personal(sms: ReceivedSms, judge: Judge) -> tuple[ReceivedSms, Command]:
    """What a machine wrote is left alone; with more in it it is a report, in doubt unanswered."""
    command = grammar.parse(sms.text)
    kind = machine_text.kind_of(sms.text)
    if kind is None:
        return sms, command
    is_explicit = isinstance(command, Report) and command.is_explicit and kind != machine_text.OURS
    if not is_explicit and not machine_text.is_of_a_person(sms.text, kind, judge):
        return sms, Ignore(f"machine: {kind}")
    report = command if isinstance(command, Report) else Report(sms.text)
    return replace(sms, is_answerable=machine_text.is_of_oneself(sms.text, kind)), report


def _service(
    sms: ReceivedSms, delivery: tpdu.Deliver, own_numbers: Collection[Msisdn]
) -> tuple[ReceivedSms, Command]:
    is_push = udh.find_port(delivery.content.elements) == _WAP_PUSH_PORT
    if not is_push or _MMS_NOTIFICATION not in delivery.content.body:
        return sms, Ignore("service message")
    sender = senders.mms_sender(delivery.content.body)
    if sender is not None:
        sms = replace(sms, sender=sender, phone=senders.phone_of(sender))
    elif senders.refusal(delivery.sender, own_numbers):
        return sms, Ignore("service message")
    return sms, Picture()
