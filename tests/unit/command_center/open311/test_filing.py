"""Requests that other programs file: keys, fields, and what becomes of them at the city."""

import threading
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from appliance.domain.cases.service_request import Status
from appliance.domain.ids import SiteCode, Ticket
from appliance.domain.moment import WESTERN_INDONESIA
from appliance.domain.privacy import sealing
from command_center.cases import casework, correcting, lapses
from command_center.open311 import filing, keys, taking
from command_center.open311.problem import Problem
from command_center.privacy import erasing
from command_center.store.database import reading, writing
from command_center.store.open311 import open311_keys
from command_center.store.privacy import erasures
from tests.conftest import START
from tests.support import georeport
from tests.support.city_staff import a_center
from tests.unit.command_center.city import Run, all_requests, received, request, rows

KEY = keys.spelled(b"k" * 32)
URL = "/open311/v2/requests"
MONDAY = datetime(2026, 11, 23, 9, tzinfo=WESTERN_INDONESIA)
FIELDS = {
    "api_key": KEY,
    "service_code": "pju",
    "address_string": "Jl. Rajawali 5, Kel. Simpang Tiga",
    "description": "title: Lampu mati\n\ndetail: Gelap sejak Senin <b>&\n\nvia FixMyStreet",
}  # fmt: skip


@pytest.fixture
def client(engine: Engine, client: FlaskClient) -> FlaskClient:
    """A city that has given a key."""
    give(engine, KEY)
    return client


def give(engine: Engine, key: str, name: str = "FixMyStreet") -> None:
    with writing(engine) as connection:
        open311_keys.add(connection, name, keys.hashed(key), START)


def post(client: FlaskClient, fmt: str = "json", **changes: str | None) -> Any:
    form = {k: v for k, v in (FIELDS | changes).items() if v is not None}
    return client.post(f"{URL}.{fmt}", data=form)


def filed(client: FlaskClient, **changes: str | None) -> str:
    response = post(client, **changes)
    assert response.status_code == 200, response.text
    georeport.check("filed", response.json)
    return str(response.json[0]["service_request_id"])


def refused(client: FlaskClient, status: int, **changes: str | None) -> str:
    response = post(client, "xml", **changes)
    assert response.status_code == status
    tag, tree = georeport.read(response.data)
    georeport.check(tag, tree)
    assert tag == "errors"
    return str(tree[0]["description"])


def test_an_address_is_place_enough(engine: Engine, client: FlaskClient) -> None:
    id_ = filed(client, phone="0812 3456 7890", first_name="Siti", last_name="Aminah")
    case = request(engine, id_)
    assert (case.channel, case.category, case.agency) == ("open311", "pju", "DISHUB")
    assert (case.phone, case.name) == ("+6281234567890", "Siti Aminah")
    assert (case.kelurahan, case.location) == ("14.71.07.1005", FIELDS["address_string"])
    assert case.text == FIELDS["description"]
    assert case.status == "diterima"


def test_its_ticket_is_of_the_city_itself(engine: Engine, client: FlaskClient) -> None:
    first, second = filed(client), filed(client, description="lampu lain")
    assert [Ticket(id_).serial for id_ in (first, second)] == [1, 2]
    assert first.startswith("00")
    assert request(engine, first).site == SiteCode("14.71.00")


def test_both_formats_answer_as_the_specification_says(client: FlaskClient) -> None:
    tag, tree = georeport.read(post(client, "xml").data)
    assert tag == "service_requests"
    georeport.check("filed", tree)
    assert tree == post(client, "json").json


def test_what_was_filed_can_be_asked_for(engine: Engine, client: FlaskClient) -> None:
    id_ = filed(client)
    casework.change_status(
        engine, id_, Status.NOT_OURS, "Jalan provinsi: hubungi 0811 7072 4321.", by="S", now=START
    )
    [record] = client.get(f"{URL}/{id_}.json").json  # type: ignore[misc]
    georeport.check("service_requests", [record])
    assert record["status"] == "closed"
    assert record["status_notes"] == "Bukan wewenang: Jalan provinsi: hubungi (angka)."
    assert record["description"] == record["service_name"], "nobody has agreed to publish it"


def test_coordinates_and_a_kelurahan_may_be_told(engine: Engine, client: FlaskClient) -> None:
    place = {"lat": "0.5071", "long": "101.4478", "attribute[kelurahan]": "14.71.07.1006"}
    case = request(engine, filed(client, address_string=None, **place))
    assert (case.location, case.kelurahan) == ("0.507100, 101.447800", "14.71.07.1006")


def test_media_are_kept_as_words_and_mail_addresses_not_at_all(
    engine: Engine, client: FlaskClient
) -> None:
    id_ = filed(client, media_url="http://foto.invalid/1.jpg", email="a@example.org")
    text = request(engine, id_).text
    assert text.endswith("Lampiran (tidak diperiksa): http://foto.invalid/1.jpg")
    assert "example.org" not in str(rows(engine, "SELECT * FROM requests"))


@pytest.mark.parametrize("key", [None, "", "posko_", "x" * 5_000, "posko_" + "00" * 32, "\ud800"])
def test_without_a_valid_key_nothing_is_filed(
    engine: Engine, client: FlaskClient, key: str | None
) -> None:
    sent = None if key is None else key.encode("utf-8", "surrogatepass")
    assert "api_key" in refused(client, 403, api_key=sent)  # type: ignore[arg-type]
    assert all_requests(engine) == []


def test_a_revoked_key_files_nothing_more(engine: Engine, client: FlaskClient) -> None:
    with writing(engine) as connection:
        [key] = open311_keys.every(connection)
        assert open311_keys.revoke(connection, key.id, START)
        assert not open311_keys.revoke(connection, key.id, START)
    refused(client, 403)


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        (400, {"service_code": None}),
        (404, {"service_code": "tidak-ada"}),
        (404, {"service_code": "kekerasan"}),
        (404, {"jurisdiction_id": "sfgov.org"}),
        (400, {"address_string": " "}),
        (400, {"address_string": None, "address_id": "17"}),
        (400, {"lat": "0.5"}),
        (400, {"lat": "nan", "long": "101"}),
        (400, {"lat": "0.5", "long": "inf"}),
        (400, {"lat": "91", "long": "101"}),
        (400, {"description": "x" * 4_001}),
        (400, {"attribute[kelurahan]": "14.71.07.9999"}),
    ],
    ids=str,
)
def test_fields_that_cannot_be_are_told(
    engine: Engine, client: FlaskClient, status: int, changes: dict[str, str]
) -> None:
    refused(client, status, **changes)
    assert all_requests(engine) == []


def test_only_forms_within_bounds_are_read(engine: Engine, client: FlaskClient) -> None:
    for sent in (
        {"json": FIELDS},
        {"data": FIELDS, "content_type": "multipart/form-data"},
        {"data": FIELDS | {"x": "y" * 70_000}},
    ):
        response = client.post(f"{URL}.xml", **sent)  # type: ignore[arg-type]
        assert response.status_code in (400, 413)
        assert georeport.read(response.data)[0] == "errors"
    assert all_requests(engine) == []


def test_the_same_fields_by_the_same_key_are_one_request_for_an_hour(
    engine: Engine, client: FlaskClient
) -> None:
    first = filed(client)
    assert filed(client) == first
    give(engine, "posko_other", "SeeClickFix")
    assert filed(client, api_key="posko_other") != first
    later = a_center(engine, now=START + timedelta(hours=5)).test_client()
    assert filed(later) != first


def test_two_at_once_are_one_request(engine: Engine, client: FlaskClient) -> None:
    answers: list[str] = []
    app = client.application
    threads = [
        threading.Thread(target=lambda: answers.append(filed(app.test_client()))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert len(set(answers)) == len(all_requests(engine)) == 1


def test_a_key_files_so_many_an_hour(engine: Engine, client: FlaskClient) -> None:
    give(engine, "posko_other", "SeeClickFix")
    many = taking.LIMIT.limit
    with writing(engine) as connection:
        for number in range(many - 1):
            case = f"old-{number}"
            connection.execute(
                text(
                    "INSERT INTO requests SELECT :case, '14.71.01', 'x', '01000000', 'x', 'x', "
                    "'x', 'x', 'x', 'x', NULL, NULL, NULL, NULL, 0, 0, 'stated', 0, 'x', 0, NULL, "
                    "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL"
                ),
                {"case": case},
            )
            open311_keys.add_filed(connection, case, 1, case, START + timedelta(hours=2.5))
    filed(client)
    response = post(client, description="noch eins")
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) == 1_800
    filed(client, api_key="posko_other")


@pytest.mark.parametrize(
    "text",
    [
        "suami saya memukuli saya tiap malam, tolong rahasiakan",
        "petugas dishub minta uang 500 ribu baru lampu dipasang, pungli",
    ],
)
def test_what_is_confidential_is_taken_but_absent(
    engine: Engine, client: FlaskClient, text: str
) -> None:
    id_ = filed(client, description=text)
    assert request(engine, id_).sensitivity == "rahasia"
    assert msgspec.json.decode(request(engine, id_).judged or "{}").get("reasons", []) == []
    assert request(engine, id_).agency != "DISHUB"
    assert client.get(f"{URL}/{id_}.json").status_code == 404
    assert client.get(f"{URL}.json").json == []


def test_what_is_confidential_is_sealed_where_there_is_a_key(engine: Engine) -> None:
    give(engine, KEY)
    secret = bytes(range(32))
    app = a_center(engine, now=START, sealing_keys={"*": sealing.public_key(secret)})
    text = "suami saya memukuli saya tiap malam, tolong rahasiakan"
    id_ = filed(app.test_client(), description=text, first_name="Siti", phone="081234567890")
    case = request(engine, id_)
    assert (case.category, case.text, case.phone, case.name) == (
        sealing.TOPIC, "(tersegel)", None, None
    )  # fmt: skip
    assert "memukuli" not in "\n".join(
        str(rows(engine, f"SELECT * FROM {table}")) for table in ("requests", "case_history")
    )
    [(sealed,)] = rows(engine, "SELECT sealed FROM sealed_contents")
    content, _ = sealing.unseal(sealing.parse(str(sealed)), secret)
    assert (content.text, content.name) == (text, "Siti")


def test_an_emergency_hears_whom_to_call(engine: Engine, client: FlaskClient) -> None:
    response = post(client, description="Kebakaran rumah, api besar, ada anak terjebak di dalam!")
    assert "TELEPON 112" in response.json[0]["service_notice"]
    assert all_requests(engine)[0].kind == "darurat"


def test_no_box_is_told_of_what_the_city_holds(engine: Engine, client: FlaskClient) -> None:
    id_ = filed(client)
    casework.change_status(engine, id_, Status.VERIFIED, "", by="S", now=START)
    correcting.correct(engine, id_, correcting.Wanted(category="sampah"), by="S", now=START)
    erasing.order(engine, id_, by="S", now=START)
    assert rows(engine, "SELECT * FROM down_outbox") == []
    assert rows(engine, "SELECT * FROM down_lanes") == []
    with reading(engine) as connection:
        assert erasures.unconfirmed(connection) == []
    assert client.get(f"{URL}/{id_}.json").status_code == 404
    assert filed(client, description="lagi") == Ticket.issue("00", 2).digits


def test_ten_working_days_after_selesai_it_is_closed(engine: Engine, client: FlaskClient) -> None:
    id_ = filed(client)
    casework.change_status(engine, id_, Status.RESOLVED, "", by="S", now=MONDAY)
    lapses.run(engine, MONDAY)
    assert lapses.run(engine, MONDAY + timedelta(days=13)) == 0
    assert lapses.run(engine, MONDAY + timedelta(days=16)) == 1
    assert request(engine, id_).status == "ditutup"


def test_an_officer_sees_who_has_filed_it(engine: Engine, client: FlaskClient) -> None:
    shown = client.get(f"/permohonan/{filed(client)}").text
    assert "Masuk lewat FixMyStreet." in shown
    assert "&lt;b&gt;" in shown
    assert "Menunggu kotak Posko" not in shown


def test_other_sites_may_send_a_key_but_nothing_else(engine: Engine, client: FlaskClient) -> None:
    foreign = {"Origin": "https://fixmystreet.invalid", "Sec-Fetch-Site": "cross-site"}
    assert client.post(f"{URL}.json", data=FIELDS, headers=foreign).status_code == 200
    case = received(engine)
    keyed = {"open311.file", "enrol"}  # whoever asks there shows a key or a code, no cookie
    own = {rule.rule.replace("<request_id>", case.request_id).replace("<wish_id>", "1")
           for rule in client.application.url_map.iter_rules()
           if "POST" in (rule.methods or ()) and rule.endpoint not in keyed}  # fmt: skip
    assert len(own) >= 5
    for path in own:
        assert client.post(path, headers=foreign).status_code == 403


def test_keys_are_made_listed_and_revoked_on_the_command_line(engine: Engine, run: Run) -> None:
    code, out, _ = run("open311-key", "new", "FixMyStreet")
    key = out.splitlines()[0]
    assert code == 0
    assert len(key) == len("posko_") + 64
    assert key not in str(rows(engine, "SELECT * FROM open311_keys"))
    assert "FixMyStreet" in run("open311-key", "list")[1]
    assert run("open311-key", "revoke", "1")[0] == 0
    code, _, error = run("open311-key", "revoke", "1")
    assert (code != 0, "open311-key list" in error) == (True, True)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "service_code", "lat", "long", "address_string", "description", "phone",
                "first_name", "last_name", "media_url", "attribute[kelurahan]",
            ]
        ),
        st.one_of(st.sampled_from(["pju", "0.5", "101.4", "Jl. A"]), st.text(max_size=300)),
    )
)  # fmt: skip
def test_any_fields_are_a_filing_within_bounds_or_a_problem(sent: dict[str, str]) -> None:
    try:
        found = filing.parse(sent, "1471")
    except Problem as problem:
        assert problem.status in (400, 404)
        return
    assert 1 <= len(found.text) <= 4_000
    assert 1 <= len(found.location) <= 200
    assert "\n" not in found.location
    assert len(found.name or "") <= 80


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=4))
def test_a_fingerprint_knows_neither_order_nor_key(sent: dict[str, str]) -> None:
    turned = dict(reversed(sent.items()))
    assert filing.fingerprint(sent) == filing.fingerprint({**turned, "api_key": "other"} | {
        k: v for k, v in turned.items() if k != "api_key"
    })  # fmt: skip
