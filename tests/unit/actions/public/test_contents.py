"""What staff write for the first pages: announcements and services."""

import sqlite3
from collections.abc import Callable

import pytest

from appliance.actions.public import announcing, serving
from appliance.domain.errors import BadInput
from appliance.domain.public import service_page
from appliance.domain.public.service_page import ServicePage
from appliance.store.public import announcements, service_pages
from appliance.store.public.announcements import Stored
from tests.conftest import at


def written(new_id: Callable[[], str], **changes: object) -> Stored:
    values: dict[str, object] = {
        "id": new_id(),
        "title": "Posyandu",
        "body": "Jumat pagi.\n\nGratis.",
        "from_day": "2026-11-21",
        "until_day": None,
    }
    return Stored(**{**values, **changes})  # type: ignore[arg-type]


def test_an_announcement_is_written_changed_and_deleted(db: sqlite3.Connection, new_id) -> None:
    first = written(new_id)
    announcing.save(db, first, by="ani", now=at())
    announcing.save(db, written(lambda: first.id, title="Posyandu balita"), by="ani", now=at())
    assert [one.title for one in announcements.every(db)] == ["Posyandu balita"]
    assert announcing.remove(db, first.id, by="ani", now=at())
    assert not announcing.remove(db, first.id, by="ani", now=at())


@pytest.mark.parametrize(
    "changes",
    [
        {"title": ""},
        {"title": "x" * 81},
        {"body": ""},
        {"body": "x" * 4001},
        {"from_day": ""},
        {"from_day": "besok"},
        {"until_day": "2026-11-20"},
        {"until_day": "2026-13-01"},
    ],
)
def test_a_mistake_is_told_and_nothing_is_stored(db, new_id, changes) -> None:
    with pytest.raises(BadInput):
        announcing.save(db, written(new_id, **changes), by="ani", now=at())
    assert announcements.every(db) == []


def test_announcements_do_not_grow_without_end(db, new_id) -> None:
    for _ in range(announcing.KEPT_AT_MOST):
        announcing.save(db, written(new_id), by="ani", now=at())
    with pytest.raises(BadInput, match="hapus"):
        announcing.save(db, written(new_id), by="ani", now=at())


def test_a_service_is_confirmed_and_goes_back_to_what_was_shipped(db) -> None:
    page = service_page.shipped()["sktm"].page
    serving.save(db, page, is_shown=True, by="ani", now=at())
    assert service_pages.every(db)["sktm"].based_on == service_page.shipped()["sktm"].version
    assert serving.restore(db, "sktm", by="ani", now=at())
    assert service_pages.every(db) == {}


def test_staff_add_a_service_of_their_own(db) -> None:
    serving.save(db, ServicePage(slug="parkir", title="Parkir"), is_shown=True, by="a", now=at())
    assert service_pages.every(db)["parkir"].based_on is None
