"""What the summary of a week is made from: counts, never rows about a person."""

import sqlite3
from dataclasses import dataclass

from appliance.domain.cases.service_request import Sensitivity
from appliance.domain.moment import to_ms
from appliance.domain.public.weekly import Received, Week


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """SMS of a week; `reports` of those received became or joined a request."""

    received: int
    reports: int
    handed_over: int
    failed: int
    waiting: int


def received(db: sqlite3.Connection, week: Week) -> list[Received]:
    """The requests that came in a week, counted by sort."""
    rows = db.execute(
        """
        SELECT channel, kind, category, agency, status, sensitivity, count(*) AS count
        FROM requests WHERE created_at_ms >= ? AND created_at_ms < ?
        GROUP BY channel, kind, category, agency, status, sensitivity
        """,
        _span(week),
    )
    return [
        Received(
            channel=row["channel"],
            kind=row["kind"],
            category=row["category"],
            agency=row["agency"],
            status=row["status"],
            is_confidential=row["sensitivity"] == Sensitivity.CONFIDENTIAL,
            count=row["count"],
        )
        for row in rows
    ]


def sms(db: sqlite3.Connection, week: Week) -> Sms:
    """SMS in and out, as far as they are kept."""
    came = db.execute(
        """
        SELECT count(*) AS all_of_them, count(request_id) AS reports FROM sms_inbox
        WHERE received_at_ms >= ? AND received_at_ms < ?
        """,
        _span(week),
    ).fetchone()
    went = db.execute(
        """
        SELECT
            count(*) FILTER (WHERE state IN ('sent', 'delivered')) AS handed_over,
            count(*) FILTER (WHERE state IN ('failed', 'expired', 'uncertain')) AS failed,
            count(*) FILTER (WHERE state IN ('queued', 'sending')) AS waiting
        FROM texts WHERE created_at_ms >= ? AND created_at_ms < ?
        """,
        _span(week),
    ).fetchone()
    return Sms(
        received=came["all_of_them"],
        reports=came["reports"],
        handed_over=went["handed_over"],
        failed=went["failed"],
        waiting=went["waiting"],
    )


def _span(week: Week) -> tuple[int, int]:
    return to_ms(week.begin), to_ms(week.end)
