"""The rules of the flow: whatever happens, few boxes are asked, none twice."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain.ids import SiteCode
from command_center.notices import flow
from command_center.notices import words as notice_words
from command_center.store.handling import notices
from command_center.store.handling.notices import Notice
from tests.unit.command_center.handling.deadlines import DAY, MONDAY

A_NOTICE = Notice(
    notice_id="n",
    request_id="r",
    step="s",
    about="late",
    of_agency="DLHK",
    agency="DLHK",
    rank=1,
    due_on=MONDAY.date(),
    created_at=MONDAY,
)
SITES = [SiteCode(f"14.71.{number:02d}") for number in range(1, 6)]
EVENTS = st.sampled_from(["done", "failed", "expired", "sent", "lost", "hour", "day", "order"])


@given(happens=st.lists(EVENTS, max_size=40))
@settings(max_examples=100, deadline=None)
def test_whatever_happens_few_boxes_are_asked_none_twice_and_it_ends(happens: list[str]) -> None:
    now, one = MONDAY, A_NOTICE
    for event in [*happens, "day", "day", "day", "day"]:
        now += {"hour": timedelta(hours=1), "day": DAY}.get(event, timedelta())
        result: tuple[str, str] | None = (event, "") if event in ("done", "failed") else None
        one = flow.followed(one, result if one.state == "ordered" else None, now)
        site = flow.choose(SITES, SITES[2], one.tried, {})
        if event == "order" and one.state == "waiting" and site:
            one = replace(one, state="ordered", site=site, ordered_at=now, tried=(*one.tried, site))
        if event == "lost" and one.state in notices.OPEN:
            one = flow.again(one, "expired", now)
        assert len(one.tried) == len(set(one.tried)) <= flow.BOXES_MAX
    assert one.state == "failed"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("silent: the box did not answer", "kotak tidak menjawab"),
        ("sms_failed: CMS 38", "ditolak jaringan (CMS 38)"),
        ("of a later release: x", "of a later release: x"),
        ("", ""),
    ],
)
def test_staff_read_the_reason_in_their_language(error: str, told: str) -> None:
    assert notice_words.reason(replace(A_NOTICE, error=error)) == told
