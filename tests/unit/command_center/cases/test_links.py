"""Cases of one matter, what officers see first, and patterns that are not usual."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from appliance.domain.errors import BadInput
from appliance.domain.ids import SiteCode
from command_center.cases import anomaly, casework, correcting, linking, watching
from command_center.cases.anomaly import Telling
from command_center.cases.correcting import Wanted
from command_center.store.cases import case_marks
from command_center.store.cases.requests import CityRequest
from command_center.store.database import reading
from tests.conftest import SITE, START
from tests.unit.command_center.about_cases import parent, said
from tests.unit.command_center.city import (
    a_batch,
    a_received,
    received,
    request,
    rows,
    store,
    tell,
    wire_event,
)

OTHER_BOX = SiteCode("14.71.11")


HERE = "14.71.07.1008"


TEXT = "lampu jalan mati di jl Rajawali gelap"


def marks(engine: Engine, case: CityRequest) -> list[str]:
    with reading(engine) as connection:
        return case_marks.of(connection, [case.request_id]).get(case.request_id, [])


def from_other_box(engine: Engine, **changes: object) -> CityRequest:
    event = a_received(text=TEXT, reporter_phone="+6281299999999", **changes)
    batch = a_batch(wire_event(event), epoch="0a1b2c3e")
    store(engine, batch, site=OTHER_BOX, now=START + timedelta(minutes=5))
    return request(engine, event.request_id)


def test_what_a_box_links_is_linked_whatever_came_first(engine: Engine) -> None:
    first = a_received()
    second = received(engine, duplicate_of=first.request_id, marks=["ringan", "x" * 50])
    assert parent(engine, second) == first.request_id
    assert marks(engine, second) == ["ringan"]
    store(engine, a_batch(wire_event(first), first=2))
    assert parent(engine, request(engine, first.request_id)) is None


def test_the_city_links_across_boxes_by_itself_once(engine: Engine) -> None:
    first = received(engine, text=TEXT)
    other = from_other_box(engine)
    vague = received(engine, text="lampu jalan mati")
    assert watching.link(engine, START) == 3
    assert watching.link(engine, START) == 0
    assert [parent(engine, case) for case in (first, other, vague)] == [
        None,
        first.request_id,
        None,
    ]


@pytest.mark.parametrize(
    "changes", [{"sensitivity": "rahasia"}, {"kind": "darurat"}, {"category": "sampah"}]
)
def test_what_cannot_be_compared_is_not_linked(engine: Engine, changes: dict[str, object]) -> None:
    received(engine, text=TEXT)
    other = from_other_box(engine, **changes)
    watching.link(engine, START)
    assert parent(engine, other) is None


def test_an_officer_links_unlinks_and_chooses_who_leads(engine: Engine) -> None:
    one, two, three = (received(engine) for _ in range(3))
    by = {"by": "Petugas", "now": START}
    linking.link(engine, two.request_id, one.request_id, **by)
    linking.link(engine, three.request_id, two.request_id, **by)
    assert parent(engine, three) == one.request_id
    linking.lead(engine, two.request_id, **by)
    assert [parent(engine, case) for case in (one, two, three)] == [
        two.request_id,
        None,
        two.request_id,
    ]
    linking.unlink(engine, three.request_id, **by)
    assert parent(engine, three) is None
    watching.link(engine, START)
    assert parent(engine, three) is None, "an officer has decided"
    with pytest.raises(BadInput):
        linking.link(engine, two.request_id, one.request_id, **by)


def test_a_secret_is_never_put_with_what_is_public(engine: Engine) -> None:
    open_, secret = received(engine), received(engine, sensitivity="rahasia")
    for child, leader in ((open_, secret), (secret, open_)):
        with pytest.raises(BadInput, match="rahasia"):
            linking.link(engine, child.request_id, leader.request_id, by="x", now=START)


def test_a_move_of_the_parent_is_told_to_the_children_if_the_officer_says_so(
    engine: Engine, client: FlaskClient
) -> None:
    lead, child, closed = (received(engine) for _ in range(3))
    for case in (child, closed):
        linking.link(engine, case.request_id, lead.request_id, by="x", now=START)
    casework.change_status(
        engine, closed.request_id, Status.ARCHIVED, "bukan laporan", by="x", now=START
    )
    form = {"status": "diproses", "message": "petugas berangkat"}
    url = f"/permohonan/{lead.request_id}"
    client.post(url, data=form)
    assert request(engine, child.request_id).status == "diterima"
    client.post(url, data={**form, "status": "selesai", "with_children": "1"})
    stands = [request(engine, case.request_id).status for case in (lead, child, closed)]
    assert stands == ["selesai", "selesai", "diarsipkan"]
    sent = rows(engine, "SELECT subject, count(*) FROM down_outbox GROUP BY 1 ORDER BY 1")
    assert sent == [(lead.request_id, 2), (child.request_id, 1), (closed.request_id, 1)]


def test_what_is_said_of_a_parent_that_has_become_secret_is_told_to_no_open_child(
    engine: Engine,
) -> None:
    lead, child = received(engine), received(engine)
    linking.link(engine, child.request_id, lead.request_id, by="x", now=START)
    correcting.correct(engine, lead.request_id, Wanted(sensitivity="rahasia"), by="x", now=START)
    casework.change_status(
        engine, lead.request_id, Status.IN_PROGRESS, "", by="x", now=START, with_children=True
    )
    stands = [request(engine, case.request_id).status for case in (lead, child)]
    assert stands == ["diproses", "diterima"]


def test_the_pages_show_parent_children_and_reporters(engine: Engine, client: FlaskClient) -> None:
    lead, child = received(engine), received(engine)
    do = f"/permohonan/{child.request_id}/gabung"
    client.post(do, data={"do": "link", "ticket": lead.ticket})
    assert "2 pelapor" in client.get(f"/permohonan/{lead.request_id}").text
    assert "Lepas dari induk" in client.get(f"/permohonan/{child.request_id}").text
    assert "+1 laporan sama" in client.get("/").text
    client.post(do, data={"do": "lead"})
    assert parent(engine, lead) == child.request_id
    wrong = client.post(do, data={"do": "link", "ticket": "1"})
    assert wrong.status_code == 409
    assert "tidak terbaca" in wrong.text
    assert client.post(do, data={"do": "x"}).status_code == 400


def test_an_urgent_case_stands_on_top_without_its_words_until_seen(
    engine: Engine, client: FlaskClient
) -> None:
    case = received(engine, marks=["mendesak"], sensitivity="rahasia", text="saya mau pergi")
    page = client.get("/").text
    assert page.index("Mendesak: buka sekarang") < page.index("Kotak Posko")
    assert "saya mau pergi" not in page
    seen = {"mark": "mendesak", "request_id": case.request_id}
    assert client.post("/dilihat", data=seen).status_code == 303
    assert "Mendesak: buka sekarang" not in client.get("/").text
    assert client.post("/dilihat", data={"mark": "x"}).status_code == 400


def test_fifty_reports_of_three_numbers_about_one_kelurahan_are_flagged_and_all_kept(
    engine: Engine, client: FlaskClient
) -> None:
    fakes = [
        received(
            engine,
            text=f"lurah tidak pernah masuk {number}" + " kel Tangkerang Utara" * (number % 2),
            kelurahan=None if number % 2 else HERE,
            reporter_phone=f"+628120000000{number % 3}",
        )
        for number in range(50)
    ]
    honest = received(engine, kelurahan="14.71.07.1001")
    assert watching.find_patterns(engine, START) == 50
    assert watching.find_patterns(engine, START) == 0
    assert marks(engine, honest) == []
    page = client.get("/").text
    assert "50 laporan dari 3 nomor tentang Tangkerang Utara" in page
    assert len(rows(engine, "SELECT 1 FROM requests")) == 51
    ids = [case.request_id for case in fakes]
    client.post("/dilihat", data={"mark": "pola", "request_id": ids})
    assert "dari 3 nomor" not in client.get("/").text


def test_additions_count_as_reports_do(engine: Engine) -> None:
    case = received(engine, kelurahan=HERE)
    for number in range(16):
        tell(engine, said(case, "tambah", text="lagi", follow_up_id=f"id-{number}"))
    assert watching.find_patterns(engine, START) == 1


def test_many_voices_about_one_place_are_no_pattern() -> None:
    crowd = [Telling("a", f"+62{n}", str(n)) for n in range(60)]
    busy = [Telling("a", "+1", f"x{n}") for n in range(20)]
    assert anomaly.unusual(crowd + busy) == {}
    assert anomaly.unusual(busy[: anomaly.MANY - 1]) == {}
    assert anomaly.unusual(busy) == {"a": {telling.request_id for telling in busy}}


def test_an_entry_by_another_channel_is_told_with_channel_and_time(engine: Engine) -> None:
    case = received(engine, location=None)
    tell(
        engine, said(case, "tambah", text="tiangnya miring", channel="kiosk", location="jl Durian")
    )
    now = request(engine, case.request_id)
    assert now.text.endswith("\ntiangnya miring")
    assert now.location == "jl Durian"
    [(message,)] = rows(engine, "SELECT message FROM case_history")
    assert message == "TAMBAH lewat Kios, 21 Nov 09.00: tiangnya miring"
    assert now.site == SITE


def test_a_ticket_that_was_only_advised_can_be_opened_again(engine: Engine) -> None:
    case = received(engine, marks=["ringan"], category="wabah_jentik", agency="DINKES")
    casework.change_status(engine, case.request_id, Status.RESOLVED, "saran PSN", by="x", now=START)
    tell(engine, said(case, "sudah"))
    assert request(engine, case.request_id).status == Status.CLOSED
    tell(engine, said(case, "belum", follow_up_id="later"))
    assert request(engine, case.request_id).status == Status.REOPENED


def test_who_links_an_older_page_is_asked_to_look_again(
    engine: Engine, client: FlaskClient
) -> None:
    child, parent = received(engine), received(engine)
    form = {"do": "link", "ticket": parent.ticket, "seen": str(child.updated_ms)}
    here = f"/permohonan/{child.request_id}/gabung"
    assert client.post(here, data=form).status_code == 303
    again = client.post(here, data={**form, "do": "unlink"})
    assert again.status_code == 409
    assert "baru saja diubah" in again.text
    assert rows(engine, "SELECT parent_id FROM case_links") == [(parent.request_id,)]
