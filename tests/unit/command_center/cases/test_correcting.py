"""Officers' corrections: logged, told to the box, exported as labels; and proposals confirmed."""

import csv
import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, inspect

from appliance.domain.cases.service_request import Status
from appliance.domain.city import wire
from appliance.domain.errors import BadInput
from appliance.domain.events.requests import Judged, RequestCorrected
from command_center.cases import casework, correcting
from command_center.cases.correcting import Wanted
from command_center.store.cases import case_history
from command_center.store.database import reading
from tests.conftest import START
from tests.unit.command_center.city import going_down, received, request, rows
from tests.unit.command_center.page_text import page, words

BY = "Bu Rina"


def correct(engine: Engine, request_id: str, **wanted: str) -> dict[str, str]:
    return correcting.correct(engine, request_id, Wanted(**wanted), by=BY, now=START)


def sent(engine: Engine) -> list[RequestCorrected]:
    events = [wire.decode_event(e.kind, e.payload.encode()) for e in going_down(engine)]
    return [event for event in events if isinstance(event, RequestCorrected)]


def test_a_correction_is_logged_and_told_to_the_box(engine: Engine) -> None:
    before = received(engine, text="pohon di jl Melati mau tumbang")
    changed = correct(engine, before.request_id, category="pohon_taman", reason="salah baca")
    assert changed == {"category": "pohon_taman", "agency": "DLHK"}
    after = request(engine, before.request_id)
    assert (after.category, after.agency, after.text) == ("pohon_taman", "DLHK", before.text)
    [event] = sent(engine)
    assert (event.category, event.agency, event.kind) == ("pohon_taman", "DLHK", None)
    assert rows(engine, 'SELECT field, before, after, reason, "by", down_seq FROM corrections') == [
        ("category", "pju", "pohon_taman", "salah baca", BY, 1),
        ("agency", "DISHUB", "DLHK", "salah baca", BY, 1),
    ]
    with reading(engine) as connection:
        line = case_history.of_request(connection, after)[-1]
    assert (line.status, line.by, line.down_seq) == (Status.RECEIVED, BY, 1)
    assert "kategori Lampu penerangan jalan umum -> Pohon" in line.message


def test_an_agency_that_is_named_stands_whatever_the_category(engine: Engine) -> None:
    case = received(engine)
    correct(engine, case.request_id, category="pohon_taman", agency="BPBD")
    assert request(engine, case.request_id).agency == "BPBD"


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"category": "lampu"}, "tidak dikenal"),
        ({"kind": "keluhan"}, "tidak dikenal"),
        ({"kelurahan": "14.71.99.1001"}, "tidak dikenal"),
        ({"agency": "DKP"}, "tidak dikenal"),
        ({"sensitivity": "umum"}, "tidak dikenal"),
        ({}, "Tidak ada yang diubah"),
        ({"category": "pju", "kind": "pengaduan"}, "Tidak ada yang diubah"),
    ],
)
def test_a_wrong_correction_changes_nothing(
    engine: Engine, wanted: dict[str, str], reason: str
) -> None:
    case = received(engine)
    with pytest.raises(BadInput, match=reason):
        correct(engine, case.request_id, **wanted)
    assert request(engine, case.request_id) == case
    assert (sent(engine), rows(engine, "SELECT * FROM corrections")) == ([], [])


def test_an_officer_cannot_send_a_complaint_about_bribes_to_whom_it_accuses(
    engine: Engine,
) -> None:
    case = received(
        engine, text="jukir dan petugas dishub minta uang pelicin, pungli",
        category="pungli_aparat", agency="INSPEKTORAT", sensitivity="rahasia",
    )  # fmt: skip
    for wanted in ({"agency": "DISHUB"}, {"category": "lalin_parkir", "agency": "DISHUB"}):
        with pytest.raises(BadInput, match="yang dilaporkan"):
            correct(engine, case.request_id, **wanted)
    assert correct(engine, case.request_id, category="lalin_parkir") == {"category": "lalin_parkir"}


def test_secrecy_is_raised_by_a_word_and_lowered_by_a_reason_only(engine: Engine) -> None:
    case = received(engine)
    assert correct(engine, case.request_id, sensitivity="rahasia") == {"sensitivity": "rahasia"}
    with pytest.raises(BadInput, match="alasannya"):
        correct(engine, case.request_id, sensitivity="disamarkan")
    changed = correct(engine, case.request_id, sensitivity="publik", reason="tidak memuat nama")
    assert changed == {"sensitivity": "publik"}


def test_a_secret_category_makes_secret_and_another_correction_leaves_it_so(
    engine: Engine,
) -> None:
    case = received(engine)
    assert correct(engine, case.request_id, category="kekerasan")["sensitivity"] == "rahasia"
    assert correct(engine, case.request_id, category="pju") == {
        "category": "pju",
        "agency": "DISHUB",
    }
    correct(engine, case.request_id, sensitivity="publik", reason="lampu saja")
    assert correct(engine, case.request_id, kind="aspirasi") == {"kind": "aspirasi"}


def test_who_looked_at_an_older_state_is_told_to_look_again(engine: Engine) -> None:
    case = received(engine)
    correcting.correct(
        engine, case.request_id, Wanted(kind="aspirasi"), by=BY, now=START.replace(hour=5)
    )
    with pytest.raises(casework.Outdated):
        correcting.correct(
            engine, case.request_id, Wanted(kind="darurat"), by=BY, now=START,
            seen_at=case.updated_at,
        )  # fmt: skip


def test_corrections_are_exported_as_labelled_texts_without_what_is_confidential(
    engine: Engine, run, capsys: pytest.CaptureFixture[str]
) -> None:
    open_case = received(engine, text="pohon miring, hub 0812 3456 7890")
    correct(engine, open_case.request_id, category="pohon_taman")
    correct(engine, open_case.request_id, kelurahan="14.71.07.1005", kind="aspirasi")
    secret = received(engine, text="suami saya memukul saya")
    correct(engine, secret.request_id, category="kekerasan")
    code, out, err = run("corrections", "--csv")
    [label] = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert (label["category"], label["kelurahan"], label["kind"], label["sensitive"]) == (
        "pohon_taman", "Simpang Tiga", "aspirasi", "0",
    )  # fmt: skip
    assert "category=pju" in label["was"]
    assert "7890" not in out
    assert "memukul" not in out + err
    assert "1 confidential requests are left out" in err


def test_the_command_line_corrects_by_ticket_and_name(engine: Engine, run) -> None:
    case = received(engine)
    code, out, _ = run(
        "correct", case.ticket, "--by", BY, "--category", "sampah", "--kelurahan", "simpang tiga"
    )
    assert (code, "agency = DLHK" in out) == (0, True)
    after = request(engine, case.request_id)
    assert (after.category, after.kelurahan) == ("sampah", "14.71.07.1005")
    assert BY in run("corrections")[1]
    code, _, err = run("correct", "07999997", "--by", BY, "--kind", "aspirasi")
    assert code == 1
    assert err


def test_the_page_says_why_and_corrects(engine: Engine, client: FlaskClient, changes) -> None:
    judged = Judged(
        top3=["pju", "listrik_pln"], confidence=0.83, reasons=["lampu jalan"], supporting=["PERKIM"]
    )
    case = received(engine, judged=judged)
    shown = words(page(client, f"/permohonan/{case.request_id}"))
    for word in ("Mengapa lampu jalan", "yakin 83 %", "Listrik PLN", "Pendukung: Perkim"):
        assert word in shown
    form = {"category": "sampah", "kind": case.kind, "kelurahan": "-", "agency": "", "seen": ""}
    answer = client.post(f"/permohonan/{case.request_id}/koreksi", data=form)
    assert (answer.status_code, changes) == (303, ["changed"])
    after = request(engine, case.request_id)
    assert (after.category, after.agency, after.kelurahan) == ("sampah", "DLHK", None)
    answer = client.post(f"/permohonan/{case.request_id}/koreksi", data=form)
    assert (answer.status_code, "Tidak ada yang diubah" in answer.text) == (409, True)
    assert client.post("/permohonan/none/koreksi", data=form).status_code == 404


def test_a_proposal_is_confirmed_with_one_press_and_counted_apart(
    engine: Engine, client: FlaskClient
) -> None:
    case = received(engine, category="listrik_pln", agency="PLN", destination="pln")
    assert "Usulan bukan wewenang 1" in words(page(client, "/"))
    path = f"/permohonan/{case.request_id}"
    shown = page(client, path)
    assert "Usulan: bukan wewenang kota" in shown
    assert "Maaf, urusan ini ditangani PLN: telepon 123" in shown
    form = {"status": "bukan_wewenang", "message": "Maaf, urusan ini ditangani PLN.", "seen": ""}
    assert client.post(path, data=form).status_code == 303
    assert request(engine, case.request_id).status == "bukan_wewenang"
    assert "Usulan" not in page(client, path)
    first = words(page(client, "/"))
    assert "Bukan wewenang 1" in first
    assert "Usulan bukan wewenang" not in first


def test_a_proposal_is_over_when_an_officer_gives_it_to_an_agency(engine: Engine) -> None:
    case = received(engine, category="listrik_pln", agency="PLN", destination="pln")
    correct(engine, case.request_id, agency="DISHUB")
    assert request(engine, case.request_id).destination is None


def test_a_judgement_of_any_size_is_cut_and_loses_no_complaint(engine: Engine) -> None:
    judged = Judged(
        top3=["x" * 99] * 99, confidence=7.0, reasons=["\x1b" + "y" * 999] * 99, note="z" * 999
    )
    case = received(engine, judged=judged, destination="d" * 99)
    assert case.judged is not None
    assert len(case.judged) < 1500
    assert len(case.destination or "") == 40


def test_the_database_of_the_former_release_gets_its_columns(engine: Engine) -> None:
    names = {column["name"] for column in inspect(engine).get_columns("requests")}
    assert {"routing_version", "destination", "judged"} <= names
