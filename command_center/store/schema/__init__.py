"""Every table of the city's database, and who writes it: one module for each of the city's rooms.

Who needs a table imports it from its module; `metadata` holds all of them. Times are Unix
milliseconds UTC. Tables are STRICT on SQLite. `site` is a kecamatan by its Kemendagri code
(14.71.07). The tables are made by `command_center/migrations`, which know nothing of these modules;
a test compares the two.
"""

from command_center.store.schema import (
    cases,
    city,
    dashboard,
    fleet,
    handling,
    lapor,
    notices,
    open311,
    phone,
    privacy,
    public,
    receiving,
    sending,
    staff,
    updates,
)
from command_center.store.schema.base import metadata

__all__ = [
    "cases",
    "city",
    "dashboard",
    "fleet",
    "handling",
    "lapor",
    "metadata",
    "notices",
    "open311",
    "phone",
    "privacy",
    "public",
    "receiving",
    "sending",
    "staff",
    "updates",
]
