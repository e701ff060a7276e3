"""The filters of GET requests, compared with a plain reading of the specification."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from command_center.open311 import documents, query, services
from command_center.open311.problem import Problem
from tests.support import georeport

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
times = st.datetimes(
    datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001
).map(lambda at: at.replace(microsecond=0))  # fmt: skip
quick = settings(max_examples=100)


@quick
@given(st.none() | times, st.none() | times)
def test_a_window_is_never_longer_than_90_days_and_keeps_what_was_told(
    start: datetime | None, end: datetime | None
) -> None:
    try:
        found = query.window(start, end, NOW)
    except Problem as problem:
        assert problem.status == 400
        assert start is not None
        assert end is not None
        assert end < start or end - start > timedelta(days=90)
        return
    assert timedelta(0) <= found[1] - found[0] <= timedelta(days=90)
    assert start in (None, found[0])
    assert end in (None, found[1])
    if start is end is None:
        assert found == (NOW - timedelta(days=90), NOW)


@quick
@given(st.lists(st.sampled_from(sorted(services.public())), max_size=5))
def test_codes_come_back_once_each_in_their_order(codes: list[str]) -> None:
    asked = query.question({"service_code": " , ".join(codes)}, NOW)
    assert asked.codes == tuple(dict.fromkeys(codes))


@quick
@given(
    st.dictionaries(
        st.sampled_from(["service_request_id", "service_code", "status", "start_date", "end_date"]),
        st.text(max_size=40),
    )
)
def test_any_arguments_are_a_question_or_a_problem(sent: dict[str, str]) -> None:
    try:
        asked = query.question(sent, NOW)
    except Problem as problem:
        assert problem.status in (400, 404)
        return
    assert asked.end - asked.start <= timedelta(days=90)
    assert len(asked.ids) <= query.IDS_MAX


@quick
@given(times)
def test_a_plus_that_nobody_has_quoted_is_read(at: datetime) -> None:
    told = at.isoformat().replace("+", " ")
    assert query.question({"start_date": told}, NOW).start == at


@quick
@given(st.text(st.characters(exclude_characters="\r")))
def test_any_text_is_the_same_in_xml_and_json(text: str) -> None:
    tree = [{"code": "1", "description": text}]
    _, [read] = georeport.read(documents.written("xml", "errors", tree))
    [told] = json.loads(documents.written("json", "errors", tree))
    assert (read["description"] or "") == told["description"]
