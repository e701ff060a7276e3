"""The pages of services: staff confirm, change, hide and add them."""

import sqlite3

from appliance.domain.errors import BadInput
from appliance.domain.moment import Moment
from appliance.domain.public import service_page
from appliance.domain.public.service_page import Saved, ServicePage
from appliance.store.database import transaction
from appliance.store.public import service_pages
from appliance.store.staff import staff_log


def save(
    db: sqlite3.Connection,
    page: ServicePage,
    *,
    is_shown: bool,
    is_new: bool = False,
    by: str,
    now: Moment,
) -> None:
    """Store a page as it is now; saving one that was shipped confirms all of it.

    Raises BadInput in words for staff, also for a new one whose name is taken.
    """
    checked = service_page.checked(page)
    ours = service_page.shipped().get(page.slug)
    with transaction(db, leaves_reserve=True):
        there = service_pages.every(db).keys()
        if is_new and (ours or page.slug in there):
            raise BadInput("Layanan dengan judul ini sudah ada; ubah yang itu.")
        if len(there | {page.slug}) > service_page.PAGES_MAX:
            raise BadInput(f"Sudah ada {service_page.PAGES_MAX} halaman; hapus dulu yang lama.")
        saved = Saved(page=checked, is_shown=is_shown, based_on=ours.version if ours else None)
        service_pages.put(db, saved, by=by, at=now.wall)
        what = "service_shown" if is_shown else "service_hidden"
        staff_log.add(db, by=by, what=what, subject=page.slug, at=now.wall)


def restore(db: sqlite3.Connection, slug: str, *, by: str, now: Moment) -> bool:
    """Forget what staff have saved: a page of their own is gone, another is as shipped."""
    with transaction(db):
        is_gone = service_pages.remove(db, slug)
        if is_gone:
            staff_log.add(db, by=by, what="service_restored", subject=slug, at=now.wall)
        return is_gone
