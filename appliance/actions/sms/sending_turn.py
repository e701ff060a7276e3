"""Whose turn it is: the next text that a modem may send, within the limits of its SIM.

The parts of a text go out together or wait together: who has read half of one has been told
something else.
"""

import sqlite3
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from appliance.actions.sms.texting import EMERGENCY_PRIORITY
from appliance.domain.moment import Moment
from appliance.domain.sms.sending_policy import SendingPolicy
from appliance.store.officials import directory as officials
from appliance.store.sms import text_parts, texts
from appliance.store.sms.texts import Resting, Text

LONGEST_RETRY = timedelta(hours=1)
_LEFT_TO_OTHERS_FOR = timedelta(minutes=1)
_ANY_PRIORITY = 9

Encode = Callable[[str, str], list[bytes]]
"""Makes the SMS-SUBMIT TPDUs of a text from its recipient and body."""


def next_text(
    db: sqlite3.Connection,
    now: Moment,
    encode: Encode,
    *,
    modem: str,
    policy: SendingPolicy,
    left_to_others: Collection[str],
) -> Text | None:
    """The next text, with its parts made, in the caller's transaction.

    One under way goes on, since its parts have been counted; another begins if all of its parts
    fit the limits. If the next does not fit, the next emergency may.
    """

    def counted(since: datetime) -> int:
        return text_parts.counted(db, modem, since, now.wall)

    resting = _resting(db, policy, now.wall)
    for is_emergency in (False, True):
        text = texts.next_due(
            db,
            now,
            LONGEST_RETRY,
            modem=modem,
            resting=resting,
            lowest_priority=EMERGENCY_PRIORITY if is_emergency else _ANY_PRIORITY,
            left_to_others=() if is_emergency else left_to_others,
            left_after=now.wall - _LEFT_TO_OTHERS_FOR,
        )
        if text is None:
            return None
        parts = _count_parts(db, text, encode)
        if text.state == "sending" or policy.allows(
            counted, now.wall, parts=parts, is_emergency=is_emergency
        ):
            return text
    return None


def _resting(db: sqlite3.Connection, policy: SendingPolicy, now: datetime) -> Resting:
    """Officials in their night's rest: the box's hours, unless they have their own."""
    own = {one.phone: one.quiet_hours for one in officials.with_own_hours(db)}
    asleep = {phone for phone, hours in own.items() if hours is not None and hours.cover(now)}
    is_night = policy.quiet_hours.cover(now)
    return Resting(all_but_awake=is_night, awake=own.keys() - asleep, asleep=asleep)


def _count_parts(db: sqlite3.Connection, text: Text, encode: Encode) -> int:
    """How many parts a text has; they are made now if they were not."""
    if there := len(text_parts.of_text(db, text.id)):
        return there
    tpdus = encode(text.address or text.recipient, text.body)
    text_parts.add(db, text.id, tpdus)
    return len(tpdus)
