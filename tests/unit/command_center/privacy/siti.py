"""A reporter with everything that a city may know of her, and what it still remembers."""

from sqlalchemy import Engine, inspect

from appliance.domain.cases.service_request import Status
from appliance.domain.events.files import PhotoAttached
from appliance.domain.events.requests import FollowedUp
from appliance.domain.events.texts import TextSettled
from command_center.cases import casework
from command_center.store.cases.requests import CityRequest
from tests.conftest import START
from tests.unit.command_center.city import received, rows, tell

SECRETS = ("Mawarjingga", "Siti Zubaidah", "belakang surau", "+6281234567890", "+62812xxxx")


def siti(engine: Engine) -> CityRequest:
    """A request with everything that may hang on one."""
    case = received(
        engine,
        text=f"lampu mati, {SECRETS[0]}",
        reporter_name=SECRETS[1],
        location=SECRETS[2],
        reporter_phone=SECRETS[3],
    )
    id_ = case.request_id
    tell(
        engine,
        FollowedUp(follow_up_id="f1", request_id=id_, wish="tambah", text=SECRETS[0], at=START),
        FollowedUp(follow_up_id="f2", request_id=id_, wish="hapus", text="", at=START),
        TextSettled(
            request_id=id_,
            text_id=1,
            purpose="receipt",
            recipient=SECRETS[4],
            state="delivered",
            at=START,
        ),
        PhotoAttached(request_id=id_, sha256="a" * 64, size_bytes=9, media_type="image/jpeg"),
    )
    casework.change_status(
        engine, id_, Status.IN_PROGRESS, f"kami ke {SECRETS[1]}", by="petugas", now=START
    )
    return case


def dump(engine: Engine) -> str:
    """All rows of all tables."""
    names = inspect(engine).get_table_names()
    return "\n".join(repr(row) for name in names for row in rows(engine, f"SELECT * FROM {name}"))


def remembered(engine: Engine) -> list[str]:
    everything = dump(engine)
    return [secret for secret in SECRETS if secret in everything]


def orders(engine: Engine) -> list[str]:
    kind = "service_request.erasure_ordered"
    found = rows(engine, f"SELECT subject FROM down_outbox WHERE kind = '{kind}'")
    return [str(subject) for [subject] in found]
