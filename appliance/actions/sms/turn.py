"""One received SMS being acted on: what every act on it needs, and the one reply it may cause."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from appliance.actions.sms import texting
from appliance.domain.cases.service_request import ServiceRequest
from appliance.domain.moment import Moment
from appliance.domain.sms import judging, phrases
from appliance.domain.sms.judging import Judge
from appliance.domain.sms.received import ReceivedSms
from appliance.store.cases import requests
from appliance.store.sms import sms_inbox, text_history

IDENTICAL_PER_HOUR = 3
"""Who sends the same words more often is a machine."""
OWN_TICKETS = 50
"""Of a phone, the newest; nobody speaks of an older one without its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Lives as long as the transaction that takes in one message."""

    db: sqlite3.Connection
    sms: ReceivedSms
    now: Moment
    new_id: Callable[[], str]
    judge: Judge = field(default_factory=judging.judge)
    """Triage, which has maybe judged this message already."""

    def reply(self, key: str, **values: str) -> None:
        """Queue a text from a template, if the sender may be answered."""
        self.say(phrases.render(key, **values))

    def reply_daily(self, key: str) -> None:
        """As `reply`, but the same words to one phone at most once a day."""
        body, phone = phrases.render(key), self.sms.phone
        since = self.now.wall - timedelta(days=1)
        if phone is not None and not text_history.answered_since(self.db, phone, body, since):
            self.say(body)

    def say(self, body: str) -> None:
        """Queue a text, if the sender may be answered."""
        if self.may_answer and self.sms.phone is not None:
            texting.queue_answer(self.db, self.sms.phone, body, self.now, address=self.sms.sender)

    @property
    def may_answer(self) -> bool:
        """Whether the sender is a person's phone that does not repeat itself like a machine."""
        return self.sms.is_answerable and self.sms.phone is not None and not self.is_repetition

    @property
    def is_repetition(self) -> bool:
        """Whether this phone has sent these words too often within the hour."""
        if self.sms.phone is None:
            return False
        since = self.now.wall - timedelta(hours=1)
        same = sms_inbox.count_same(self.db, self.sms.phone, self.sms.text, since)
        return same >= IDENTICAL_PER_HOUR

    def own(self) -> list[ServiceRequest]:
        """The sender's requests, newest first."""
        if self.sms.phone is None:
            return []
        return requests.latest_of_phone(self.db, self.sms.phone, OWN_TICKETS)

    def owns(self, request: ServiceRequest) -> bool:
        """Whether the request was made from this phone: only then may it act on it."""
        return self.sms.phone is not None and request.reporter_phone == self.sms.phone
