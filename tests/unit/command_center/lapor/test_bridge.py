"""The bridge against a LAPOR! on a real port: ids of both sides, no echo, nothing twice."""

import logging

import pytest
from sqlalchemy import Engine

from appliance.domain.cases.service_request import Status
from appliance.domain.errors import BadInput
from appliance.domain.events.privacy import ConsentChanged
from appliance.domain.privacy import sealing
from appliance.domain.privacy.consent import Purpose
from command_center.cases import casework
from command_center.lapor import becoming, taking
from command_center.lapor.bridge import Bridge
from command_center.privacy import erasing
from command_center.store.cases import case_marks
from command_center.store.database import reading
from command_center.store.lapor import lapor_intake, lapor_links
from tests.conftest import START
from tests.sim.lapor import FakeLapor
from tests.unit.command_center.city import all_requests, change, going_down, received, request, tell
from tests.unit.command_center.lapor.bridges import (
    OFFICER,
    Clock,
    a_bridge,
    give,
    lines,
    link_of,
    move,
)


def test_a_request_goes_there_and_back_with_both_ids_and_no_echo(
    city: Engine, lapor: FakeLapor, bridge: Bridge
) -> None:
    case = received(city, text="lampu jalan nasional padam, hubungi 081234567890")
    give(city, case.request_id)
    assert bridge.turn()
    [tracking_id] = lapor.reports
    [told] = lapor.told("addreport")
    assert link_of(city, case.request_id).tracking_id == tracking_id
    assert told["transaksiid"] == becoming.transaction_id("1471", case.request_id)
    assert (told["rahasia"], told["anonim"], told["nama"]) == ("1", "1", "")
    assert "081234567890" not in str(lapor.asked)
    assert told["topik"] == "40"
    lapor.change(tracking_id, "proses", "Tim turun besok.")
    lapor.change(tracking_id, "selesai", "Sudah menyala.")
    assert bridge.turn()
    assert request(city, case.request_id).status == "selesai"
    move(city, case.request_id, Status.REOPENED, "Belum menyala.")
    assert bridge.turn()
    assert [(c["status"], c["isi"]) for c in lapor.changes] == [("proses", "Belum menyala.")]
    before = len(lapor.asked), lines(city, case.request_id), len(all_requests(city))
    assert bridge.turn()
    assert (len(lapor.asked) - 1, lines(city, case.request_id), len(all_requests(city))) == before
    words = [message for _, message in lines(city, case.request_id)]
    assert "Diteruskan ke SP4N-LAPOR!, nomor 1 916 449." in words
    assert {"diteruskan", "diproses", "selesai"} <= {
        event.payload.split('"status":"')[1].split('"')[0] for event in going_down(city)
    }


def test_a_report_of_lapor_becomes_a_request_and_its_moves_go_back(
    city: Engine, lapor: FakeLapor, bridge: Bridge
) -> None:
    tracking_id = lapor.report("sampah menumpuk di pasar", lokasi="Kel. Simpang Tiga", nama="Siti")
    assert bridge.turn()
    id_ = becoming.request_id(tracking_id)
    case = request(city, id_)
    assert (case.channel, case.category, case.agency) == ("lapor", "sampah", "DLHK")
    assert (case.name, case.kelurahan, case.status) == ("Siti", "14.71.07.1005", "diterima")
    assert case.ticket.startswith("00")
    move(city, id_, Status.IN_PROGRESS, "Truk berangkat.")
    move(city, id_, Status.RESOLVED, "Sudah diangkut.")
    assert bridge.turn()
    assert [(c["status"], c["isi"]) for c in lapor.changes] == [
        ("proses", "Truk berangkat."),
        ("selesai", "Sudah diangkut."),
    ]
    assert bridge.turn()
    assert len(lapor.changes) == 2
    assert lapor.reports[tracking_id]["status"] == "selesai"


def test_what_lapor_repeats_is_taken_once(city: Engine, lapor: FakeLapor, bridge: Bridge) -> None:
    lapor.repeats = True
    ids = [lapor.report(f"lampu mati nomor {n}") for n in range(120)]
    lapor.news.append(dict(lapor.news[0]))
    lapor.news.append({**lapor.news[1], "id": "another"})
    assert bridge.turn()
    assert bridge.turn()
    assert sorted(r.request_id for r in all_requests(city)) == sorted(map(becoming.request_id, ids))
    assert len(lapor.told("getnews")) >= 4


def test_only_what_its_reporter_agreed_to_show_is_shown_and_masked(
    city: Engine, lapor: FakeLapor, bridge: Bridge
) -> None:
    case = received(city, text="lampu mati, WA 081298765432", reporter_name="Siti Aminah")
    consent = ConsentChanged(
        request_id=case.request_id, purpose=Purpose.PUBLISH, is_given=True, text_version="1",
        language="id", channel="portal", at=START,
    )  # fmt: skip
    tell(city, consent)
    give(city, case.request_id, is_anonymous=False)
    assert bridge.turn()
    [told] = lapor.told("addreport")
    assert (told["rahasia"], told["anonim"], told["nama"]) == ("0", "0", "Siti Aminah")
    assert "081298765432" not in told["isi"]


def test_a_confidential_case_needs_an_officer_who_is_sure(
    city: Engine, lapor: FakeLapor, bridge: Bridge
) -> None:
    case = received(city, text="dipukul suami", category="kekerasan", sensitivity="rahasia")
    with pytest.raises(BadInput, match="rahasia"):
        give(city, case.request_id)
    give(city, case.request_id, is_sure=True)
    assert bridge.turn()
    assert lapor.told("addreport")[0]["rahasia"] == "1"
    assert all('"message":""' in event.payload for event in going_down(city))


def test_a_case_is_given_once_and_not_when_nobody_can_read_it(city: Engine) -> None:
    case = received(city)
    give(city, case.request_id)
    with pytest.raises(BadInput, match="sudah"):
        give(city, case.request_id)
    erased = received(city)
    erasing.order(city, erased.request_id, by=OFFICER, now=START)
    with pytest.raises(BadInput, match="dihapus"):
        give(city, erased.request_id)
    with pytest.raises(BadInput, match="bukan laporan"):
        give(city, received(city, kind="spam").request_id)


def test_what_is_erased_while_it_waits_is_never_sent(
    city: Engine, lapor: FakeLapor, bridge: Bridge
) -> None:
    case = received(city)
    give(city, case.request_id)
    erasing.order(city, case.request_id, by=OFFICER, now=START)
    assert bridge.turn()
    assert lapor.told("addreport") == []


def test_what_lapor_does_not_take_comes_back_to_who_disposes(
    city: Engine, lapor: FakeLapor, bridge: Bridge
) -> None:
    case = received(city)
    give(city, case.request_id)
    bridge.turn()
    lapor.change("1916449", "bukan wewenang", "Ini jalan kota.")
    assert bridge.turn()
    assert request(city, case.request_id).status == "diteruskan"
    assert "Ini jalan kota." in lines(city, case.request_id)[-1][1]
    with reading(city) as connection:
        assert case_marks.of(connection, [case.request_id]) == {case.request_id: ["dikembalikan"]}


def test_what_is_not_the_citys_goes_back_to_lapor_with_the_reason(
    city: Engine, lapor: FakeLapor, bridge: Bridge
) -> None:
    id_ = becoming.request_id(lapor.report("lampu jalan mati"))
    bridge.turn()
    move(city, id_, Status.NOT_OURS, "Ini jalan nasional.")
    bridge.turn()
    assert [(c["status"], c["isi"]) for c in lapor.changes] == [
        ("bukan wewenang", "Ini jalan nasional.")
    ]


def test_lapor_takes_a_report_away_from_the_city(
    city: Engine, lapor: FakeLapor, bridge: Bridge
) -> None:
    tracking_id = lapor.report("lampu jalan mati")
    bridge.turn()
    lapor.change(tracking_id, "bukan wewenang")
    bridge.turn()
    case = request(city, becoming.request_id(tracking_id))
    assert case.status == "bukan_wewenang"
    assert lines(city, case.request_id)[-1][1] == "Menurut SP4N-LAPOR!: bukan wewenang."
    bridge.turn()
    assert lapor.changes == []


def test_a_move_that_is_not_allowed_here_is_kept_for_the_officer(
    city: Engine, lapor: FakeLapor, bridge: Bridge
) -> None:
    tracking_id = lapor.report("lampu jalan mati")
    bridge.turn()
    id_ = becoming.request_id(tracking_id)
    move(city, id_, Status.ARCHIVED, "Ganda.")
    lapor.change(tracking_id, "proses", "Kenapa diarsipkan?")
    bridge.turn()
    assert request(city, id_).status == "diarsipkan"
    assert lines(city, id_)[-1] == ("diarsipkan", "Kenapa diarsipkan?")


def test_a_status_that_nobody_knows_holds_the_bridge_up_neither_way(
    city: Engine, lapor: FakeLapor, bridge: Bridge
) -> None:
    tracking_id = lapor.report("sampah menumpuk")
    assert bridge.turn()
    id_ = becoming.request_id(tracking_id)
    for status in (Status.FORWARDED, Status.DEFERRED):
        move(city, id_, status, "Tunggu.")
    for table in ("case_history", "requests"):
        change(city, f"UPDATE {table} SET status = 'ditimbang' WHERE status = 'ditunda'")
    move(city, id_, Status.IN_PROGRESS)
    assert bridge.turn()
    assert [(c["status"], c["isi"]) for c in lapor.changes] == [
        ("terverifikasi", "Tunggu."),
        ("proses", ""),
    ]
    change(city, "UPDATE requests SET status = 'ditimbang'")
    lapor.change(tracking_id, "selesai", "Beres.")
    assert bridge.turn()
    assert request(city, id_).status == "selesai"


def test_news_that_nobody_can_read_hold_up_nothing_and_are_shown(
    city: Engine, lapor: FakeLapor, bridge: Bridge
) -> None:
    lapor.news += [{"jenis": "laporan", "trackingid": "777", "id": "1"}, "garbage"]  # type: ignore[list-item]
    lapor.change("424242", "proses")
    tracking_id = lapor.report("lampu jalan mati")
    assert bridge.turn()
    assert request(city, becoming.request_id(tracking_id))
    with reading(city) as connection:
        found = {one.tracking_id: one.problem for one in lapor_intake.left_out(connection, 9)}
    assert found == {
        "777": "isi kosong",
        "": "bukan objek JSON",
        "424242": "tidak ada laporan dengan nomor ini di sini",
    }


def test_what_ended_there_is_nobodys_work_here(
    city: Engine, lapor: FakeLapor, bridge: Bridge
) -> None:
    tracking_id = lapor.report("lampu jalan mati", status="selesai")
    bridge.turn()
    case = request(city, becoming.request_id(tracking_id))
    assert (case.status, case.received_at) == ("ditutup", case.occurred_at)


def test_an_erased_report_does_not_come_back(
    city: Engine, lapor: FakeLapor, bridge: Bridge
) -> None:
    tracking_id = lapor.report("lampu jalan mati")
    bridge.turn()
    erasing.order(city, becoming.request_id(tracking_id), by=OFFICER, now=START)
    lapor.news.append({**lapor.news[0], "id": "again"})
    bridge.turn()
    [case] = all_requests(city)
    assert "lampu" not in case.text


def test_a_secret_report_is_sealed_where_there_is_a_key(
    city: Engine, lapor: FakeLapor, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    secret = bytes(range(32))
    keys = {"*": sealing.public_key(secret)}
    bridge = a_bridge(city, lapor, clock, keys=keys)
    caplog.set_level(logging.DEBUG)
    tracking_id = lapor.report("sampah tersundutrokok menumpuk", rahasia="1", anonim="1", nama="X")
    lapor.fail("getnews", "500", "garbage")
    bridge.turn(), bridge.turn(), bridge.turn()
    case = request(city, becoming.request_id(tracking_id))
    assert (case.sensitivity, case.is_sealed, case.name) == ("rahasia", True, None)
    assert "tersundutrokok" not in caplog.text
    with reading(city) as connection:
        link = lapor_links.of(connection, case.request_id)
    assert link
    assert (link.is_secret, link.is_anonymous) == (True, True)
    move(city, case.request_id, Status.IN_PROGRESS, "Ditangani.")
    bridge.turn()
    assert [(c["rahasia"], c["isi"]) for c in lapor.changes] == [("1", "Ditangani.")]


def test_the_same_id_is_chosen_by_a_city_restored_from_a_backup() -> None:
    one = becoming.transaction_id("1471", "abc")
    assert one == becoming.transaction_id("1471", "abc") != becoming.transaction_id("6371", "abc")
    assert becoming.transaction_id("1471", "abc", 7, 1) != becoming.transaction_id(
        "1471", "abc", 7, 2
    )


def test_words_for_residents_fit_into_an_sms() -> None:
    assert len(taking._cut("x" * 500)) == casework.MESSAGE_MAX_CHARS
