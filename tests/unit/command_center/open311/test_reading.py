"""What anybody may read by Open311, checked against the specification's tables."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from appliance.domain import reference
from appliance.domain.cases.service_request import Status
from appliance.domain.events.privacy import ConsentChanged
from command_center.cases import casework
from command_center.open311 import documents, services
from command_center.privacy import erasing
from command_center.store.cases import case_marks
from tests.conftest import START
from tests.support import georeport
from tests.unit.command_center.city import (
    a_batch,
    a_received,
    change,
    commit,
    received,
    store,
    tell,
    wire_event,
)

ROOT = "/open311/v2"
SECRET = {"kekerasan", "kriminal", "pungli_aparat"}


def asked(client: FlaskClient, path: str, root: str, status: int = 200) -> Any:
    """The document at a path; that in XML and in JSON say the same, and what they should."""
    as_json = client.get(path.replace(".*", ".json", 1))
    as_xml = client.get(path.replace(".*", ".xml", 1))
    assert as_json.status_code == as_xml.status_code == status
    assert as_json.content_type == "application/json; charset=utf-8"
    assert as_xml.content_type == "text/xml; charset=utf-8"
    tag, tree = georeport.read(as_xml.data)
    assert tag == root
    assert tree == as_json.json
    georeport.check(root, tree)
    return tree


def listed(client: FlaskClient, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = asked(client, f"{ROOT}/requests.*?{query}", "service_requests")
    return found


def ids(client: FlaskClient, query: str = "") -> list[str]:
    return [record["service_request_id"] for record in listed(client, query)]


def refused(client: FlaskClient, path: str, status: int) -> str:
    [error] = asked(client, f"{ROOT}/{path}", "errors", status)
    assert error["code"] == str(status)
    return str(error["description"])


def agree(engine: Engine, request_id: str, *, is_given: bool = True) -> None:
    tell(
        engine,
        ConsentChanged(
            request_id=request_id, purpose="publish", is_given=is_given, text_version="1",
            language="id", channel="portal", at=START,
        ),
    )  # fmt: skip


def test_discovery_names_the_endpoint_in_both_formats(client: FlaskClient) -> None:
    found = asked(client, "/open311/discovery.*", "discovery")
    assert found["endpoints"][0]["url"] == "http://localhost/open311/v2"


def test_services_are_our_categories_but_for_confidential_ones(client: FlaskClient) -> None:
    codes = {one["service_code"] for one in asked(client, f"{ROOT}/services.*", "services")}
    assert codes == set(reference.categories()) - SECRET


def test_a_service_asks_for_the_kelurahan_if_it_is_known(client: FlaskClient) -> None:
    found = asked(client, f"{ROOT}/services/sampah.*", "service_definition")
    [place] = found["attributes"]
    assert place["required"] is False
    assert len(place["values"]) == 83


def test_the_changeset_is_raised_with_what_it_stands_for() -> None:
    codes = sorted(services.public())
    assert (services.CHANGESET, len(codes)) == ("2026-11-28 15:00", 28)


@pytest.mark.parametrize("code", [*sorted(SECRET), "tidak-ada", "%01", "1%27%20OR%201=1"])
def test_a_confidential_service_is_as_unknown_as_any_other(client: FlaskClient, code: str) -> None:
    assert refused(client, f"services/{code}.*", 404) == "service_code was not found"
    assert refused(client, f"requests.*?service_code={code}", 404) == "service_code was not found"


@pytest.mark.parametrize(
    "path", ["v2/services", "v2/requests/1", "discovery", "v2/users.xml", "%0B"]
)
def test_an_address_that_is_not_there_is_answered_by_a_document(
    client: FlaskClient, path: str
) -> None:
    answer = client.get(f"/open311/{path}")
    assert (answer.status_code, answer.content_type) == (404, "text/xml; charset=utf-8")
    assert "all end in .xml or .json" in answer.text


def test_a_jurisdiction_may_be_named_but_no_other(client: FlaskClient) -> None:
    for own in ("", "1471", "14.71"):
        asked(client, f"{ROOT}/services.*?jurisdiction_id={own}", "services")
    for path in ("services", "services/sampah", "requests", "requests/1"):
        refused(client, f"{path}.*?jurisdiction_id=sfgov.org", 404)


def test_a_request_tells_topic_and_kelurahan_until_its_reporter_agrees(
    engine: Engine, client: FlaskClient
) -> None:
    text = "lampu mati dekat rumah Budi hp 0812 3456 7890"
    case = received(engine, text=text, reporter_name="Budi", kelurahan="14.71.07.1005")
    [before] = listed(client)
    assert before["description"] == before["service_name"] == "Lampu penerangan jalan umum"
    assert before["address"] == "Kel. Simpang Tiga, Kec. Bukit Raya"
    agree(engine, case.request_id)
    [after] = listed(client)
    assert after["description"] == "lampu mati dekat rumah (nama) hp (angka)"
    agree(engine, case.request_id, is_given=False)
    assert listed(client) == [before]


def test_a_topic_that_is_not_for_everybody_is_never_told_in_words(
    engine: Engine, client: FlaskClient
) -> None:
    case = received(engine, category="kesehatan", sensitivity="disamarkan", text="sakit kusta")
    agree(engine, case.request_id)
    move(engine, case.request_id, Status.NOT_OURS, "Kusta diobati di puskesmas.")
    [record] = listed(client)
    assert record["description"] == record["service_name"]
    assert record["status_notes"] == "Bukan wewenang"


def move(engine: Engine, request_id: str, status: Status, message: str = "") -> None:
    casework.change_status(engine, request_id, status, message, by="Sari", now=START)


def test_it_is_open_until_closed_refused_or_archived(engine: Engine, client: FlaskClient) -> None:
    for status in Status:
        case = received(engine)
        wanted = {"status": status.value, "id": case.request_id}
        change(engine, "UPDATE requests SET status = :status WHERE request_id = :id", **wanted)
    shown = {one["status_notes"]: one["status"] for one in listed(client)}
    assert len(shown) == len(Status)
    closed = {notes for notes, status in shown.items() if status == "closed"}
    assert closed == {"Ditutup", "Bukan wewenang", "Diarsipkan"}
    assert {one["status"] for one in listed(client, "status=closed")} == {"closed"}
    assert {one["status"] for one in listed(client, "status=open")} == {"open"}
    assert len(listed(client, "status=open,closed")) == len(Status)


def test_what_officers_say_of_a_status_is_masked(engine: Engine, client: FlaskClient) -> None:
    case = received(engine)
    agree(engine, case.request_id)
    move(engine, case.request_id, Status.DEFERRED, "Menunggu anggaran, hubungi 0811 7072 4321.")
    [record] = listed(client)
    assert record["status_notes"] == "Ditunda: Menunggu anggaran, hubungi (angka)."


@pytest.mark.parametrize(
    "secret",
    [
        {"sensitivity": "rahasia"},
        {"category": "kekerasan", "sensitivity": "rahasia"},
        {"category": "pungli_aparat"},
        {"category": "rahasia", "sensitivity": "rahasia"},
        {"sensitivity": "baru"},
        {"kind": "spam"},
        {"kind": "baru"},
    ],
    ids=str,
)
def test_what_is_confidential_or_no_report_is_absent(
    engine: Engine, client: FlaskClient, secret: dict[str, str]
) -> None:
    case = received(engine, **secret)
    agree(engine, case.request_id)
    assert listed(client) == []
    assert listed(client, f"service_request_id={case.request_id}") == []
    refused(client, f"requests/{case.request_id}.*", 404)


def test_erased_requests_and_those_about_a_life_are_absent(
    engine: Engine, client: FlaskClient
) -> None:
    erased, alarming, plain = received(engine), received(engine), received(engine)
    erasing.order(engine, erased.request_id, by="Sari", now=START)
    commit(engine, case_marks.add, alarming.request_id, ["mendesak"], START)
    assert ids(client) == [plain.request_id]


def test_ids_override_all_other_arguments(engine: Engine, client: FlaskClient) -> None:
    first, second = received(engine), received(engine)
    received(engine)
    query = f"service_request_id={first.request_id},%20{second.request_id},x&status=closed"
    assert set(ids(client, query)) == {first.request_id, second.request_id}
    assert asked(client, f"{ROOT}/requests/{first.request_id}.*", "service_requests") == [
        one for one in listed(client) if one["service_request_id"] == first.request_id
    ]


def test_the_newest_thousand_are_told(engine: Engine, client: FlaskClient) -> None:
    events = [wire_event(a_received()) for _ in range(1_005)]
    store(engine, a_batch(*events))
    assert len(ids(client)) == 1_000


def test_what_is_older_than_90_days_is_told_only_if_asked_for(
    engine: Engine, client: FlaskClient
) -> None:
    long_ago = START - timedelta(days=100)
    store(engine, a_batch(wire_event(a_received(created_at=long_ago))), now=long_ago)
    assert ids(client) == []
    assert len(ids(client, f"end_date={(START - timedelta(days=99)).date()}T00:00:00Z")) == 1
    assert len(ids(client, f"start_date={long_ago.date()}T00:00:00%2B07:00")) == 1


def test_services_can_be_chosen(engine: Engine, client: FlaskClient) -> None:
    received(engine)
    garbage = received(engine, category="sampah")
    assert ids(client, "service_code=sampah") == [garbage.request_id]
    assert len(ids(client, "service_code=sampah,pju")) == 2


@pytest.mark.parametrize(
    "query",
    [
        "start_date=kemarin",
        "start_date=2026-01-01",
        "start_date=2026-01-01T00:00:00",
        "end_date=9999-12-31T00:00:00Z",
        "start_date=2026-01-01T00:00:00Z&end_date=2026-04-02T00:00:00Z",
        "start_date=2026-03-01T00:00:00Z&end_date=2026-02-01T00:00:00Z",
        "status=selesai",
        "service_request_id=" + ",".join(map(str, range(101))),
        "service_request_id=" + "x" * 65,
    ],
)  # fmt: skip
def test_arguments_that_cannot_be_are_told(client: FlaskClient, query: str) -> None:
    refused(client, f"requests.*?{query}", 400)


def test_every_service_is_realtime_so_there_are_no_tokens(client: FlaskClient) -> None:
    assert "token was not found" in refused(client, "tokens/12345.*", 404)


@pytest.mark.parametrize("path", ["discovery", "v2/services", "v2/requests/1", "v2/nothing"])
def test_a_method_that_is_not_taken_is_refused_by_a_document(
    client: FlaskClient, path: str
) -> None:
    for suffix, media_type in documents.MEDIA_TYPES.items():
        answer = client.delete(f"/open311/{path}.{suffix}")
        assert (answer.status_code, answer.content_type) == (405, media_type)
        assert "GET" in answer.headers["Allow"]


def test_a_method_that_another_page_does_not_take_is_refused_by_a_page(client: FlaskClient) -> None:
    answer = client.delete("/rapor")
    assert (answer.status_code, answer.mimetype) == (405, "text/html")
    assert "GET" in answer.headers["Allow"]


def test_an_unknown_format_is_told_in_xml(client: FlaskClient) -> None:
    response = client.get(f"{ROOT}/services.html")
    assert response.status_code == 404
    assert georeport.read(response.data)[0] == "errors"


def test_no_text_breaks_a_document() -> None:
    hostile = "<script>&]]>\x00\x0b\ud800\ufffe \"' ß 🚮\n"
    for format_ in documents.MEDIA_TYPES:
        document = documents.written(format_, "errors", [{"code": "1", "description": hostile}])
        assert b"\x00" not in document
    tag, [error] = georeport.read(documents.written("xml", "errors", [{"code": hostile}]))
    assert (tag, error) == ("errors", {"code": "<script>&]]> \"' ß 🚮\n"})
