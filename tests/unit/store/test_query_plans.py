"""No statement of the SMS channel and of casework reads a whole table that grows with the years.

SQLite's own plan is asked of every statement in the source, whether a test reaches it or not.
"""

import ast
import inspect
import re
import sqlite3
from collections.abc import Iterator
from types import ModuleType

import pytest

from appliance.domain.privacy.consent import Purpose
from appliance.domain.public.board import Section
from appliance.store.cases import answers, queue
from appliance.store.city import city_tables
from appliance.store.privacy import consents
from appliance.store.public import publications
from appliance.store.sms import early_reports, sms_inbox, text_history, text_parts, texts
from appliance.store.staff import staff_actions
from tests.conftest import START

READ_WHOLE = {
    "texts.every": "a person asks (posko requests), or a test",
    "texts.of_request": "a person asks (posko sync trace)",
    "texts.naming": "a person wants to be forgotten (posko privacy erase)",
    "texts.last_error": "a person asks (posko sms status)",
    "texts.counts_by_state": "once per heartbeat",
    "sms_inbox.every": "a person asks (posko sms inbox)",
    "sms_inbox.last_received": "the first row of its order",
    "sms_inbox.quarantined": "a person asks (posko status, posko sms status)",
    "queue.cases": "a page of the desk; an index would cost every report a page to write",
    "queue.paused": "a page of the desk; the history is read once",
    "queue.linked": "a page of the desk",
    "early_reports.keep": "a thousand rows at most",
    "early_reports.take": "a thousand rows at most",
}
OF_FEW_ROWS = ("texts_waiting", "sms_parts_waiting", "staff_actions_waiting")
"""Partial indexes of what waits: to read one whole is to read the queue."""
_STATEMENT = re.compile(r"\s*(SELECT|UPDATE|DELETE|WITH)\s")
"""An INSERT looks for nothing; its plan names rows of a foreign key, read where one is deferred."""


def statements() -> Iterator[tuple[str, str]]:
    for module in (
        texts,
        text_parts,
        text_history,
        sms_inbox,
        early_reports,
        queue,
        staff_actions,
    ):
        yield from _of(module)


def _of(module: ModuleType) -> Iterator[tuple[str, str]]:
    name = module.__name__.rpartition(".")[2]
    for function in ast.parse(inspect.getsource(module)).body:
        for node in ast.walk(function):
            sql = getattr(node, "value", None)
            if isinstance(node, ast.Constant) and isinstance(sql, str) and _STATEMENT.match(sql):
                yield f"{name}.{getattr(function, 'name', '')}", sql


def plan(db: sqlite3.Connection, sql: str) -> list[str]:
    values: object = dict.fromkeys(re.findall(r":(\w+)", sql)) or [None] * sql.count("?")
    return [row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


def reads_whole(step: str) -> bool:
    if "AUTOMATIC" in step:
        return True
    is_of_a_table = re.match(r"SCAN (?!CONSTANT ROW|json_each|stood)", step)
    return bool(is_of_a_table) and not any(index in step for index in OF_FEW_ROWS)


@pytest.mark.parametrize(("function", "sql"), list(statements()))
def test_every_statement_finds_its_rows_by_a_key(
    db: sqlite3.Connection, function: str, sql: str
) -> None:
    steps = plan(db, sql)
    assert function in READ_WHOLE or not any(map(reads_whole, steps)), steps


def test_every_exception_is_one() -> None:
    assert READ_WHOLE.keys() <= {function for function, _ in statements()}


def test_what_the_portal_reads_for_every_page_is_found_by_a_key(db: sqlite3.Connection) -> None:
    """The board is paged by the index of what is shown; the first page reads two small tables."""
    asked: list[str] = []
    db.set_trace_callback(asked.append)
    publications.shown(db, Section.BOARD, limit=11)
    publications.one(db, 1)
    publications.hide(db, "x", by="x", at=START)
    publications.forget_supports(db, "2026-11-21")
    answers.of(db, "x")
    consents.holds(db, "x", Purpose.PUBLISH)
    city_tables.rows(db, "announcements")
    db.set_trace_callback(None)
    steps = [step for sql in asked if _STATEMENT.match(sql) for step in plan(db, sql)]
    assert len(steps) >= 8
    assert not any(map(reads_whole, steps)), steps
    assert "SEARCH p USING INDEX publications_shown (section=? AND id<?)" in steps
    assert not any("TEMP B-TREE" in step for step in steps)
