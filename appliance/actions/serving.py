"""The pages of services: staff confirm, change, hide and add them."""

import sqlite3

from appliance.domain import service_page
from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.domain.service_page import Saved, ServicePage
from appliance.store import service_pages
from appliance.store.database import transaction


def save(
    db: sqlite3.Connection, page: ServicePage, *, is_shown: bool, by: str, now: Moment
) -> None:
    """Store a page as it is now; saving one that was shipped confirms all of it.

    Raises BadInput in words for staff.
    """
    checked = service_page.checked(page)
    ours = service_page.shipped().get(page.slug)
    with transaction(db, leaves_reserve=True):
        there = service_pages.every(db).keys() | {page.slug}
        if len(there) > service_page.PAGES_MAX:
            raise BadInput(f"Sudah ada {service_page.PAGES_MAX} halaman; hapus dulu yang lama.")
        saved = Saved(page=checked, is_shown=is_shown, based_on=ours.version if ours else None)
        service_pages.put(db, saved, by=by, at=now.wall)


def restore(db: sqlite3.Connection, slug: str) -> bool:
    """Forget what staff have saved: a page of their own is gone, another is as shipped."""
    with transaction(db):
        return service_pages.remove(db, slug)
