"""The city keeps what it cannot open, shows whose it is, and the unit's key file opens it."""

import io
import json
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from appliance.domain.blobs import Manifest
from appliance.domain.cases.service_request import Status
from appliance.domain.errors import BadInput
from appliance.domain.events.requests import RequestReceived, RequestStatusChanged, TextAmended
from appliance.domain.privacy import sealing
from appliance.domain.privacy.sealing import Content, Holder
from command_center import report
from command_center.cases import casework, correcting
from command_center.cases.correcting import Wanted
from command_center.commands import sealed
from command_center.staff.roles import Role
from command_center.store.cases.requests import CityRequest
from command_center.store.database import reading, writing
from command_center.store.receiving import photos, sealed_contents
from command_center.store.sending import blob_files
from tests.conftest import SITE, START, at
from tests.support.city_staff import an_officer
from tests.unit.command_center.about_cases import lines, said
from tests.unit.command_center.city import Run, a_received, received, request, rows, tell

TEXT, LATER = "saya dipukul suami", "dia pulang lagi"
REQUEST_ID = "00000000-0000-7000-8000-0000000000aa"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "unit.key"


@pytest.fixture
def holder(key_file: Path) -> Holder:
    return Holder("DP3APM", sealed.create(key_file))


def content(text: str, said: str = "laporan", minute: int = 0) -> Content:
    return Content(
        request_id=REQUEST_ID,
        at=at(minutes=minute).wall,
        said=said,
        text=text,
        category="kekerasan",
        phone="+6281234567890",
    )


def sealed_report(to: Holder, **changes: object) -> RequestReceived:
    values: dict[str, object] = {
        "request_id": REQUEST_ID,
        "category": "rahasia",
        "sensitivity": "rahasia",
        "agency": "DP3APM",
        "text": sealing.placeholder(to),
        "reporter_phone": None,
        "sealed": sealing.seal(content(TEXT), to),
    }
    return a_received(**{**values, **changes})


@pytest.fixture
def case(engine: Engine, holder: Holder) -> CityRequest:
    tell(engine, sealed_report(holder))
    return request(engine, REQUEST_ID)


def kept(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return sealed_contents.of_request(connection, REQUEST_ID)


def amended(**changes: object) -> TextAmended:
    values: dict[str, object] = {"request_id": REQUEST_ID, "text": "(tersegel)", "at": START}
    return TextAmended(**{**values, **changes})  # type: ignore[arg-type]


def test_a_sealed_report_is_kept_and_says_only_whose_it_is(
    engine: Engine, case: CityRequest
) -> None:
    assert case.is_sealed
    assert report.request_record(case)["text"] == "(tersegel untuk DP3APM)"
    assert "(tersegel untuk DP3APM)" in report.request_table([case])
    assert len(kept(engine)) == 1


def test_the_same_report_under_another_number_is_kept_once(
    engine: Engine, case: CityRequest, holder: Holder
) -> None:
    tell(engine, sealed_report(holder))
    assert len(kept(engine)) == 1


@pytest.mark.parametrize("sealed", ["nonsense", "posko-seal/1 DP3APM x25519:zz AA", "A" * 50_000])
def test_what_is_not_sealed_as_it_says_is_set_aside(
    engine: Engine, case: CityRequest, holder: Holder, sealed: str
) -> None:
    other = sealed_report(holder, request_id=REQUEST_ID[:-1] + "b", sealed=sealed)
    ack = tell(
        engine,
        other,
        said(case, "tambah", sealed=sealed),
        amended(sealed=sealed),
    )
    assert [reject.code for reject in ack.reject] == ["event"] * 3
    assert len(kept(engine)) == 1


def test_what_is_said_later_is_kept_sealed_and_moves_the_case(
    engine: Engine, case: CityRequest, holder: Holder
) -> None:
    later = said(case, "batal", sealed=sealing.seal(content(LATER, "batal", 1), holder))
    tell(engine, later)
    tell(engine, later)
    assert request(engine, REQUEST_ID).status == Status.ARCHIVED
    assert len(kept(engine)) == 2
    assert "BATAL: (tersegel untuk DP3APM)" in [
        message for line in lines(engine, case) for message in line
    ]


def test_a_late_part_is_kept_sealed_and_replaces_nothing(
    engine: Engine, case: CityRequest, holder: Holder
) -> None:
    part = amended(sealed=sealing.seal(content(LATER, "bagian", 1), holder))
    tell(engine, part)
    tell(engine, part)
    assert request(engine, REQUEST_ID).text == case.text
    assert len(kept(engine)) == 2


def test_what_an_officer_writes_in_a_confidential_case_is_not_told_to_the_box(
    engine: Engine, case: CityRequest
) -> None:
    casework.change_status(
        engine, REQUEST_ID, Status.IN_PROGRESS, "korban dijemput", by="Rina", now=START
    )
    [(kind, data)] = rows(engine, "SELECT kind, payload FROM down_outbox ORDER BY seq")
    assert (kind, "diproses" in str(data)) == (RequestStatusChanged.KIND, True)
    assert "dijemput" not in str(data)
    assert "korban dijemput" in [message for line in lines(engine, case) for message in line]


def test_of_a_sealed_request_only_kind_and_agency_are_corrected(
    engine: Engine, case: CityRequest
) -> None:
    def corrected(**wanted: str) -> dict[str, str]:
        return correcting.correct(engine, REQUEST_ID, Wanted(**wanted), by="Rina", now=START)

    for wanted in (
        {"category": "sampah"},
        {"sensitivity": "publik"},
        {"kelurahan": "14.71.07.1005"},
    ):
        with pytest.raises(BadInput, match="tersegel"):
            corrected(**wanted)
    assert corrected(agency="POLRESTA") == {"agency": "POLRESTA"}
    assert corrected(kind="darurat", category="rahasia", kelurahan="") == {"kind": "darurat"}
    data = str(rows(engine, "SELECT payload FROM down_outbox ORDER BY seq"))
    assert "kekerasan" not in data


def test_the_pages_show_whose_it_is_and_how_it_is_opened(
    client: FlaskClient, case: CityRequest
) -> None:
    page = client.get(f"/permohonan/{REQUEST_ID}").text
    assert "Tersegel untuk DP3APM" in page
    assert f"posko-center unseal {case.ticket} --key" in page
    assert "Tampilkan isi" not in page
    assert "(tersegel untuk DP3APM)" in client.get("/").text


def test_the_feed_for_other_systems_holds_no_word_of_it(engine: Engine, case: CityRequest) -> None:
    [event] = json.loads(an_officer(engine, Role.AUDITOR).get("/api/events").data)
    assert event["data"]["text"] == case.text
    assert event["data"]["category"] == "rahasia"


@pytest.fixture
def center(posko_center: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """With what comes by its standard input."""

    def perform(*words: str | Path, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        return posko_center(*words)

    return perform


def test_the_unit_opens_all_of_a_ticket_in_its_order(
    engine: Engine, case: CityRequest, holder: Holder, key_file: Path, config: Path, center
) -> None:
    tell(engine, said(case, "tambah", sealed=sealing.seal(content(LATER, "tambah", 1), holder)))
    code, out, _ = center("unseal", case.ticket, "--key", key_file, "--config", config)
    assert code == 0
    assert out.index(TEXT) < out.index(LATER)
    assert "+6281234567890" in out
    _, told, _ = center("unseal", case.ticket, "--key", key_file, "--json", "--config", config)
    assert [one["text"] for one in json.loads(told)] == [TEXT, LATER]


def test_what_the_city_exports_is_opened_without_settings_or_database(
    engine: Engine, case: CityRequest, key_file: Path, config: Path, center
) -> None:
    code, exported, _ = center("sealed", case.ticket, "--config", config)
    assert (code, TEXT in exported) == (0, False)
    code, out, err = center(
        "unseal", "-", "--key", key_file, "--config", "/nowhere", stdin=exported.encode()
    )
    assert (code, TEXT in out, err) == (0, True, "")


def test_a_photo_is_opened_from_the_city_and_from_its_export(
    engine: Engine,
    case: CityRequest,
    holder: Holder,
    key_file: Path,
    config: Path,
    tmp_path: Path,
    center,
) -> None:
    picture = bytes(range(256)) * 50
    about = Content(request_id=REQUEST_ID, at=START, said="foto", media_type="image/jpeg")
    sealed = sealing.seal_file(about, picture, holder)
    folder = blob_files.of(engine)
    staged = folder.stage(sealed)
    folder.keep(staged)
    file = Manifest(sha256=staged.sha256, size_bytes=len(sealed), media_type=sealing.MEDIA_TYPE)
    with writing(engine) as connection:
        photos.add(connection, SITE, REQUEST_ID, file, START)
        photos.settle(connection, SITE, staged.sha256, "stored", START)
    there, here = tmp_path / "there", tmp_path / "here"
    center("unseal", case.ticket, "--key", key_file, "--photo", here, "--config", config)
    assert here.read_bytes() == picture
    center("sealed", case.ticket, "--photo", there, "--config", config)
    center("unseal", "-", "--key", key_file, "--photo", here, stdin=there.read_bytes())
    assert here.read_bytes() == picture


def test_a_foreign_key_file_opens_nothing(
    case: CityRequest, config: Path, tmp_path: Path, center
) -> None:
    sealed.create(tmp_path / "other.key")
    code, out, err = center(
        "unseal", case.ticket, "--key", tmp_path / "other.key", "--config", config
    )
    assert (code, out) == (1, "")
    assert "sealed for DP3APM" in err


def test_after_a_rotation_each_key_opens_its_own_and_names_the_rest(
    engine: Engine, case: CityRequest, key_file: Path, config: Path, tmp_path: Path, center
) -> None:
    new = Holder("DP3APM", sealed.create(tmp_path / "new.key"))
    tell(engine, said(case, "tambah", sealed=sealing.seal(content(LATER, "tambah", 1), new)))
    code, out, err = center("unseal", case.ticket, "--key", key_file, "--config", config)
    assert (code, TEXT in out, LATER in out) == (0, True, False)
    assert f"one more is sealed for DP3APM with {sealing.short(new.key)}" in err


def test_sealed_texts_that_somebody_exchanged_are_noticed(
    engine: Engine, holder: Holder, key_file: Path, config: Path, center
) -> None:
    other = REQUEST_ID[:-1] + "b"
    tell(engine, sealed_report(holder, request_id=other))
    ticket = request(engine, other).ticket
    code, out, err = center("unseal", ticket, "--key", key_file, "--config", config)
    assert (code, out, "exchanged" in err) == (1, "", True)


def test_a_ticket_that_is_not_sealed_or_not_there_is_named_so(
    engine: Engine, holder: Holder, key_file: Path, config: Path, center
) -> None:
    open_case = received(engine)
    err = center("unseal", open_case.ticket, "--key", key_file, "--config", config)[2]
    assert "nothing of this ticket is sealed" in err
    err = center("unseal", "07999999", "--key", key_file, "--config", config)[2]
    assert err


def test_a_key_is_made_once_kept_from_others_and_shown_as_the_box_needs_it(
    tmp_path: Path, center
) -> None:
    path = tmp_path / "new.key"
    code, made, _ = center("sealing-key", "new", path)
    assert (code, path.stat().st_mode & 0o777) == (0, 0o600)
    shown = center("sealing-key", "show", path)[1]
    assert shown in made
    assert shown.startswith('[sealing]\nkeys = {"*" = "x25519:')
    code, _, err = center("sealing-key", "new", path)
    assert (code, "never overwritten" in err) == (1, True)
    path.chmod(0o644)
    assert "chmod 600" in center("sealing-key", "show", path)[2]


def test_a_bad_table_of_keys_is_not_published(
    engine: Engine, config: Path, tmp_path: Path, holder: Holder, center
) -> None:
    received(engine)
    table = tmp_path / "keys.csv"
    table.write_text(f"unit,key\nDP3APM,{holder.key}\n")
    code, _, err = center("tables", "publish", "all", "sealing_keys", table, "--config", config)
    assert (code, "no key for *" in err) == (1, True)
    table.write_text(f"unit,key\n*,{holder.key}\n")
    assert center("tables", "publish", "all", "sealing_keys", table, "--config", config)[0] == 0
