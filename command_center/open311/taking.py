"""A request that comes by Open311 becomes one of the city itself, which has no box (ADR 0011).

The key, the repetition, the rate, the ticket and the request are one transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from appliance.domain import quota
from appliance.domain.cases.service_request import Kind
from appliance.domain.errors import BadInput
from appliance.domain.ids import SiteCode
from appliance.domain.moment import from_ms
from appliance.domain.triage.judgement import classify
from command_center.cases import city_born, city_filing
from command_center.cases.city_filing import Filing
from command_center.open311 import keys
from command_center.open311.filing import CHANNEL
from command_center.open311.problem import Problem
from command_center.store import this_city
from command_center.store.database import writing
from command_center.store.open311 import open311_keys
from command_center.store.sending import tables

LIMIT = quota.Quota(limit=200, window=timedelta(hours=1))
"""Of one key; so long, too, the same fields by the same key are the same request."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What the client is told."""

    request_id: str
    is_emergency: bool


class TooMany(Problem):
    """The key has filed as many as it may."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(429, f"too many requests by this key; again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


def take(
    engine: Engine,
    api_key: str,
    filing: Filing,
    fingerprint: str,
    *,
    sealing_keys: Mapping[str, str],
    now: datetime,
) -> Taken:
    """Store a request, or find the one that the same key has filed with the same words within the
    hour. Raises Problem."""
    triage = classify(filing.text)
    with writing(engine) as connection:
        city = this_city.lock(connection)
        key = keys.check(connection, api_key)
        open311_keys.forget_filed(connection, now - LIMIT.window)
        filed = open311_keys.filed(connection, key.id)
        same = next((one for one in filed if one.fingerprint == fingerprint), None)
        if same is not None:
            return Taken(same.request_id, triage.kind is Kind.EMERGENCY)
        if exceeded := quota.check(LIMIT, [from_ms(one.at_ms) for one in filed], now):
            raise TooMany(exceeded.retry_after_s)
        known = tables.in_force(connection)
        site = SiteCode.of_city(city)
        try:
            ticket = city_born.next_ticket(connection, site)
        except BadInput as error:
            raise Problem(400, str(error)) from None
        request = city_filing.made(
            ticket, site, filing, triage, known=known, now=now, channel=CHANNEL
        )
        note, by = f"Masuk lewat {key.name}.", f"Open311: {key.name}"
        city_born.store(connection, request, triage, sealing_keys, note=note, by=by, now=now)
        open311_keys.add_filed(connection, request.request_id, key.id, fingerprint, now)
    return Taken(request.request_id, triage.kind is Kind.EMERGENCY)
