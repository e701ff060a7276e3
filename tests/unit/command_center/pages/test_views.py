import html
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from appliance.domain.city import wire
from appliance.domain.events.box import BoxHeartbeat
from appliance.domain.ids import SiteCode
from command_center.cases import casework
from command_center.receiving import ingest
from command_center.store.fleet import boxes
from tests.conftest import SITE, START, at
from tests.support.city_staff import an_officer
from tests.unit.command_center.about_cases import said
from tests.unit.command_center.city import (
    a_batch,
    a_received,
    commit,
    received,
    request,
    rows,
    store,
    tell,
    wire_event,
)
from tests.unit.command_center.page_text import HOSTILE, page, words


def post(client: FlaskClient, case_id: str, **form: str):
    return client.post(f"/permohonan/{case_id}", data=form)


def test_the_first_page_lists_requests_newest_first(engine: Engine, client: FlaskClient) -> None:
    store(engine, a_batch())
    store(engine, a_batch(first=2), now=START + timedelta(hours=1))
    first, second = (
        f"{t[:2]} {t[2:5]} {t[5:]}"
        for (t,) in rows(engine, "SELECT ticket FROM requests ORDER BY received_at DESC")
    )
    shown = words(page(client, "/"))
    assert -1 < shown.index(first) < shown.index(second)
    for word in ("Bukit Raya", "SMS", "Lampu penerangan jalan umum", "Diterima", "3 jam"):
        assert word in shown


def test_without_requests_the_page_says_so(client: FlaskClient) -> None:
    assert "Belum ada laporan yang sampai di pusat" in words(page(client, "/"))
    assert "Belum ada kotak Posko yang menyapa" in words(page(client, "/"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=diterima", 2),
        ("status=selesai", 0),
        ("agency=DLHK", 1),
        ("category=sampah", 1),
        ("site=14.71.07", 2),
        ("status=diterima&agency=DLHK", 1),
        ("status=%27%20OR%201=1--", 0),
        ("page=99", 0),
        ("page=-1", 2),
        ("page=%F0%9F%92%A9", 2),
    ],
)
def test_the_list_is_narrowed_by_filters(
    engine: Engine, client: FlaskClient, query: str, found: int
) -> None:
    received(engine)
    received(engine, agency="DLHK", category="sampah")
    assert page(client, f"/?{query}").count('class="cell-number"') == found


def test_a_ticket_is_found_as_people_type_it(engine: Engine, client: FlaskClient) -> None:
    received(engine)
    wanted = received(engine).ticket
    typed = f"{wanted[:2]}-{wanted[2:5]} {wanted[5:].replace('0', 'O')}"
    shown = page(client, f"/?ticket={typed}")
    assert shown.count('class="cell-number"') == 1


def test_a_mistyped_ticket_is_told_and_shows_nothing(engine: Engine, client: FlaskClient) -> None:
    received(engine)
    shown = page(client, "/?ticket=123", status=400)
    assert "8 angka" in shown
    assert 'class="cell-number"' not in shown


def test_fifty_requests_make_a_page(engine: Engine, client: FlaskClient) -> None:
    store(engine, a_batch(*(wire_event() for _ in range(51))))
    first, second = page(client, "/?status=diterima"), page(client, "/?status=diterima&page=2")
    assert [text.count('class="cell-number"') for text in (first, second)] == [50, 1]
    assert "1–50 dari 51" in words(first)
    assert "51–51 dari 51" in words(second)
    assert 'href="/?status=diterima&amp;page=2"' in first


def test_hostile_text_stays_text(engine: Engine, client: FlaskClient) -> None:
    case = received(
        engine, text=HOSTILE, reporter_name=HOSTILE[:80], location=HOSTILE, agency="<b>x</b>"
    )
    casework.change_status(engine, case.request_id, Status.VERIFIED, HOSTILE, by="<i>", now=START)
    for path in ("/", f"/permohonan/{case.request_id}"):
        shown = page(client, path)
        assert "<script>alert" not in shown
        assert "<img" not in shown
        assert "<b>x" not in shown
        assert "{{ 7*7 }}" in html.unescape(shown)


@pytest.fixture
def soon(engine: Engine) -> FlaskClient:
    """An officer who looks while what was told at START is fresh."""
    return an_officer(engine, now=START + timedelta(minutes=14))


def test_an_offline_box_is_never_shown_as_having_no_reports(
    engine: Engine, soon: FlaskClient
) -> None:
    neighbour = SiteCode("14.71.01")
    for site, is_on in ((SITE, True), (neighbour, False)):
        store(engine, a_batch(), site=site)
        commit(engine, boxes.connection_changed, site, wire.Conn(on=is_on, boot="b", n=1))
    shown = words(page(soon, "/"))
    assert "Bukit Raya Tersambung 1 laporan hari ini Terdengar 14 menit lalu" in shown
    assert "Sukajadi Terputus ? jumlah tidak diketahui Terdengar 14 menit lalu" in shown


def test_a_box_that_has_long_been_silent_is_away_although_the_broker_knows_nothing_of_it(
    engine: Engine, client: FlaskClient
) -> None:
    store(engine, a_batch())
    commit(engine, boxes.connection_changed, SITE, wire.Conn(on=True, boot="b", n=1))
    shown = words(page(client, "/"))
    assert "Bukit Raya Terputus ? jumlah tidak diketahui Terdengar 3 jam lalu" in shown


def test_a_box_not_heard_since_the_last_connection_is_waited_for(
    engine: Engine, soon: FlaskClient
) -> None:
    store(engine, a_batch())
    commit(engine, boxes.forget_hints)
    shown = words(page(soon, "/"))
    assert "Bukit Raya Menunggu kabar ? jumlah tidak diketahui" in shown


def test_without_a_broker_no_box_counts_as_connected(engine: Engine) -> None:
    store(engine, a_batch())
    commit(engine, boxes.connection_changed, SITE, wire.Conn(on=True, boot="b", n=1))
    officer = an_officer(engine, now=START, is_link_up=lambda: False)
    shown = words(page(officer, "/"))
    assert "Pusat tidak tersambung ke broker" in shown
    assert "Bukit Raya Terputus ?" in shown


def test_a_confidential_text_is_not_in_the_list(engine: Engine, client: FlaskClient) -> None:
    case = received(engine, sensitivity="rahasia", text="tetangga memukul anaknya")
    assert "memukul" not in page(client, "/")
    assert "memukul" in page(client, f"/permohonan/{case.request_id}")


def test_the_detail_offers_only_legal_moves(engine: Engine, client: FlaskClient) -> None:
    case = received(engine)
    shown = page(client, f"/permohonan/{case.request_id}")
    [choice] = re.findall(r'<select[^>]*name="status".*?</select>', shown, re.DOTALL)
    offered = re.findall(r'<option value="(\w+)"', choice)
    assert offered == [status.value for status in casework.moves(case)]


def test_a_move_is_stored_and_the_browser_sent_on(
    engine: Engine, client: FlaskClient, changes: list[str]
) -> None:
    case = received(engine)
    response = post(client, case.request_id, status="diproses", message="Petugas di jalan.")
    assert (response.status_code, response.location) == (303, f"/permohonan/{case.request_id}")
    assert request(engine, case.request_id).status == "diproses"
    assert changes == ["changed"]
    shown = words(page(client, response.location))
    assert "Petugas di jalan." in shown
    assert "Menunggu kotak Posko" in shown


@pytest.mark.parametrize(
    ("clock", "is_uncertain"),
    [
        (wire.Clock(boot="boot-of-tests", mono=0, src="ntp"), False),
        (wire.Clock(boot="boot-of-tests", mono=0, src="none"), False),
        (wire.Clock(boot="an earlier boot", mono=0, src="none"), True),
    ],
)
def test_the_detail_says_when_a_time_is_uncertain(
    engine: Engine, client: FlaskClient, clock: wire.Clock, *, is_uncertain: bool
) -> None:
    """Check 10."""
    event = a_received()
    store(engine, a_batch(wire_event(event, clock=clock)))
    told = "jam kotak Posko belum disetel" in words(page(client, f"/permohonan/{event.request_id}"))
    assert told is is_uncertain
    assert ("perkiraan" in words(page(client, "/"))) is is_uncertain


def test_the_detail_says_until_when_it_should_be_resolved(engine: Engine) -> None:
    case = received(engine)

    def told(days: int) -> str:
        later = an_officer(engine, now=at(hours=24 * days).wall)
        return words(page(later, f"/permohonan/{case.request_id}"))

    assert "Tenggat selesai 27 November 2026" in told(0)
    assert "Tenggat tanggap 23 November 2026" in told(0)
    assert "Tenggat selesai 27 November 2026 Tenggat" not in told(6)
    assert "27 November 2026 Sudah lewat" not in told(6)
    assert "27 November 2026 Sudah lewat 16 hari kerja." in told(30)
    casework.change_status(
        engine, case.request_id, Status.NEEDS_DETAILS, "Di mana?", by="x", now=at(hours=1).wall
    )
    assert "Tenggat mundur selama warga diminta melengkapi." in told(30)
    casework.change_status(
        engine, case.request_id, Status.RESOLVED, "", by="x", now=at(hours=2).wall
    )
    assert "Tenggat" not in told(30)


def test_what_still_waits_at_a_connected_box_is_shown(engine: Engine, soon: FlaskClient) -> None:
    told = BoxHeartbeat(
        at=START,
        backlog={"p0": 0, "p1": 7, "p2": 2},
        oldest_unacked_s=60,
        disk_free_bytes=0,
        texts={},
        gauges={},
    )
    data = wire.encode_event(told).decode()
    store(engine, a_batch(wire_event(kind=told.KIND, data=data)))
    assert "9 kabar masih di kotak" in words(page(soon, "/"))
    commit(engine, boxes.connection_changed, SITE, wire.Conn(on=False, boot="b", n=1))
    assert "masih di kotak" not in words(page(soon, "/"))


def test_who_is_on_the_wifi_and_what_ails_a_box_is_shown(engine: Engine, soon: FlaskClient) -> None:
    told = BoxHeartbeat(
        at=START,
        backlog={},
        oldest_unacked_s=0,
        disk_free_bytes=0,
        texts={},
        gauges={
            "gate": {"problem": "", "sessions": "kantor 2, taman 41"},
            "modem": {"advice": "top up the SIM: Rp900 are left", "state": "ready"},
        },
    )
    data = wire.encode_event(told).decode()
    store(engine, a_batch(wire_event(kind=told.KIND, data=data)))
    shown = words(page(soon, "/"))
    assert "WiFi warga: kantor 2, taman 41" in shown
    assert "Perlu dilihat: modem: top up the SIM: Rp900 are left" in shown
    assert "gate:" not in shown


def test_the_detail_says_when_the_box_has_the_news(engine: Engine, client: FlaskClient) -> None:
    case = received(engine)
    post(client, case.request_id, status="diproses", message="ya")
    commit(engine, ingest.ack_down, SITE, wire.Ack(epoch="c17ec17e", lane="p1", upto=1), START)
    assert "Sudah sampai di kotak Posko" in words(page(client, f"/permohonan/{case.request_id}"))


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"status": "ditutup", "message": ""}, "tidak boleh berpindah"),
        ({"status": "nonsense", "message": ""}, "Pilih status baru"),
        ({}, "Pilih status baru"),
        ({"status": "diproses", "message": "x" * 161}, "terlalu panjang"),
        ({"status": "ditunda", "message": ""}, "alasannya"),
        ({"status": "diproses", "message": "", "seen": "1"}, "baru saja diubah"),
    ],
)
def test_a_refused_move_is_explained_and_what_was_typed_is_kept(
    engine: Engine, client: FlaskClient, changes: list[str], form: dict[str, str], told: str
) -> None:
    case = received(engine)
    response = post(client, case.request_id, **form)
    assert response.status_code == 409
    assert told in response.text
    assert form.get("message", "") in response.text
    assert request(engine, case.request_id).status == "diterima"
    assert changes == []


def test_an_unknown_request_is_not_found(client: FlaskClient) -> None:
    page(client, "/permohonan/nobody", status=404)
    assert post(client, "nobody", status="diproses").status_code == 404


def test_another_sites_form_is_refused(engine: Engine, client: FlaskClient) -> None:
    case = received(engine)
    response = client.post(
        f"/permohonan/{case.request_id}",
        data={"status": "diproses"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert response.status_code == 403
    assert request(engine, case.request_id).status == "diterima"


def test_pages_are_small_and_name_no_other_host(engine: Engine, client: FlaskClient) -> None:
    case = received(engine)
    for path in ("/", f"/permohonan/{case.request_id}"):
        shown = page(client, path)
        assert len(shown.encode()) < 50_000
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', shown)
        assert " style=" not in shown


def test_own_static_files_are_served_and_cached(client: FlaskClient) -> None:
    response = client.get("/pusat/live.js")
    assert response.status_code == 200
    assert "immutable" in response.headers["Cache-Control"]
    assert client.get("/pusat/../views.py").status_code == 404
    response.close()


def test_pages_are_indonesian_whatever_the_browser_prefers(client: FlaskClient) -> None:
    response = client.get("/", headers={"Accept-Language": "en"})
    assert '<html lang="id">' in response.text


def test_a_task_about_personal_data_is_shown_with_its_time(
    engine: Engine, client: FlaskClient
) -> None:
    case = received(engine)
    tell(engine, said(case, "hapus"))
    shown = words(page(client, f"/permohonan/{case.request_id}"))
    assert "Warga meminta datanya dihapus. Wajib dijawab paling lambat" in shown
    assert "HAPUS" in shown


def test_what_a_victim_adds_stays_folded_away(engine: Engine, client: FlaskClient) -> None:
    case = received(engine, sensitivity="rahasia")
    tell(engine, said(case, "aman", text="jam 10 pagi"))
    shown = page(client, f"/permohonan/{case.request_id}")
    assert re.search(r"<details><summary>Tampilkan kata warga</summary>[^/]*jam 10 pagi", shown)
