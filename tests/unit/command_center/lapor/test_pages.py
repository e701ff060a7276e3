"""What officers see of the bridge and do with it."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from command_center.lapor import becoming
from command_center.store.database import reading, writing
from command_center.store.lapor import lapor_links, lapor_outbox
from command_center.store.lapor.lapor_outbox import Entry
from tests.support.city_staff import an_officer
from tests.unit.command_center.city import received


@pytest.fixture
def client(city: Engine) -> FlaskClient:
    """An officer of a city that has the bridge."""
    return an_officer(city, has_lapor=True)


def waiting(city: Engine) -> list[Entry]:
    with reading(city) as connection:
        return lapor_outbox.unsent(connection, 9)


def test_an_officer_gives_a_case_and_sees_what_becomes_of_it(
    city: Engine, client: FlaskClient
) -> None:
    case = received(city)
    page = f"/permohonan/{case.request_id}"
    assert "Kirim ke SP4N-LAPOR!" in client.get(page).text
    assert client.post(f"{page}/lapor").status_code == 303
    assert "Menunggu nomor" in client.get(page).text
    assert client.post(f"{page}/lapor").status_code == 409
    with writing(city) as connection:
        lapor_links.set_tracking(connection, case.request_id, "1916449")
    assert "1 916 449" in client.get(page).text
    found = client.get("/lapor?nomor=%231916449")
    assert (found.status_code, found.location) == (303, page)
    assert "Tidak ada laporan" in client.get("/lapor?nomor=5").text


def test_a_confidential_case_asks_whether_the_officer_is_sure(
    city: Engine, client: FlaskClient
) -> None:
    case = received(city, sensitivity="rahasia", category="kekerasan")
    page = f"/permohonan/{case.request_id}/lapor"
    refused = client.post(page)
    assert (refused.status_code, waiting(city)) == (409, [])
    assert "centang" in refused.text
    assert client.post(page, data={"sure": "1"}).status_code == 303


def test_what_failed_is_shown_with_why_and_tried_again(city: Engine, client: FlaskClient) -> None:
    case = received(city)
    client.post(f"/permohonan/{case.request_id}/lapor")
    [entry] = waiting(city)
    with writing(city) as connection:
        lapor_outbox.settle(connection, entry.id, lapor_outbox.FAILED, "ditolak SP4N-LAPOR!")
    page = client.get("/lapor").text
    assert "ditolak SP4N-LAPOR!" in page
    assert client.post(f"/lapor/{entry.id}", data={"do": "again"}).status_code == 303
    assert [one.state for one in waiting(city)] == ["waiting"]
    assert client.post(f"/lapor/{entry.id}", data={"do": "?"}).status_code == 400
    client.post(f"/lapor/{entry.id}", data={"do": "drop"})
    assert waiting(city) == []


def test_without_the_bridge_nothing_of_it_is_offered(city: Engine, client: FlaskClient) -> None:
    case = received(city)
    plain = an_officer(city)
    assert "lapor_send" not in plain.get(f"/permohonan/{case.request_id}").text
    assert "Kirim ke SP4N" not in plain.get(f"/permohonan/{case.request_id}").text
    assert "Jembatan tidak dipakai" in plain.get("/lapor").text
    assert client.post("/permohonan/nobody/lapor").status_code == 404
    assert becoming.request_id("1") == "lapor-1"
